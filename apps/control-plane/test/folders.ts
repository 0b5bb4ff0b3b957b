import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const json = (file: string, value: unknown): Promise<void> => writeFile(file, JSON.stringify(value));

/** A safetensors file of one small tensor: the control plane reads its header only. */
function safetensors(): Buffer {
  const header = Buffer.from(JSON.stringify({ w: { dtype: 'F32', shape: [2, 3], data_offsets: [0, 24] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(24)]);
}

async function encoder(folder: string, type: 'clip' | 'siglip'): Promise<void> {
  await mkdir(folder, { recursive: true });
  const vision = {
    hidden_size: 32,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    intermediate_size: 64,
    patch_size: 8,
    image_size: 32,
  };
  await json(join(folder, 'config.json'), { model_type: `${type}_vision_model`, ...vision });
  await json(join(folder, 'preprocessor_config.json'), { type });
  await writeFile(join(folder, 'model.safetensors'), safetensors());
}

async function llm(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const sizes = {
    hidden_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 64,
    vocab_size: 128,
    max_position_embeddings: 512,
  };
  await json(join(folder, 'config.json'), { model_type: 'llama', ...sizes });
  await json(join(folder, 'tokenizer.json'), {});
  await json(join(folder, 'tokenizer_config.json'), {});
  await writeFile(join(folder, 'model.safetensors'), safetensors());
}

async function recipe(folder: string, samples: number): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true });
  await writeFile(join(folder, 'images', 'a.png'), 'an image, as far as the control plane can tell');
  const records = Array.from({ length: samples }, (_, i) => ({
    id: String(i),
    image: 'a.png',
    conversations: [
      { from: 'human', value: '<image>\nWhat is it?' },
      { from: 'gpt', value: 'It is red.' },
    ],
  }));
  for (const part of ['pretrain', 'finetune']) await json(join(folder, `${part}.json`), records);
}

async function benchmark(folder: string, questions: number): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true });
  await writeFile(join(folder, 'images', 'a.png'), 'an image');
  await json(join(folder, 'benchmark.json'), {
    id: basename(folder),
    kind: 'exact',
    primaryMetric: 'accuracy',
    maxNewTokens: 8,
  });
  const lines = Array.from({ length: questions }, (_, i) =>
    JSON.stringify({
      questionId: `q${i}`,
      image: 'a.png',
      question: 'What colour?',
      target: 'red',
      category: 'colour',
    }),
  );
  await writeFile(join(folder, 'questions.jsonl'), `${lines.join('\n')}\n`);
}

/** A home with two encoders, an LLM, two recipes and two benchmarks: what can be planned, without what could be trained. */
export async function furnish(home: string): Promise<void> {
  await encoder(join(home, 'models', 'clip-a'), 'clip');
  await encoder(join(home, 'models', 'siglip-a'), 'siglip');
  await llm(join(home, 'models', 'llama-a'));
  await recipe(join(home, 'data', 'short'), 40);
  await recipe(join(home, 'data', 'long'), 60);
  await benchmark(join(home, 'benchmarks', 'quiz'), 20);
  await benchmark(join(home, 'benchmarks', 'riddles'), 10);
}
