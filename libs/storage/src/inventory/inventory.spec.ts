import { mkdir, mkdtemp, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { takeInventory, type Inventory } from './inventory.js';

/** A safetensors file of float32 zeros. */
function safetensors(shapes: Record<string, number[]>): Buffer {
  let at = 0;
  const entries = Object.entries(shapes).map(([name, shape]) => {
    const bytes = 4 * shape.reduce((a, b) => a * b, 1);
    const entry = { dtype: 'F32', shape, data_offsets: [at, at + bytes] };
    at += bytes;
    return [name, entry] as const;
  });
  const header = Buffer.from(
    JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(at)]);
}

const llama = {
  model_type: 'llama',
  hidden_size: 8,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 16,
  vocab_size: 32,
  max_position_embeddings: 64,
};
const clip = {
  model_type: 'clip',
  vision_config: {
    hidden_size: 8,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    intermediate_size: 16,
    patch_size: 4,
    image_size: 16,
  },
};

describe('the inventory', () => {
  let root: string;
  const put = async (path: string, content: string | Buffer | object): Promise<string> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(
      file,
      typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content),
    );
    return file;
  };
  const putLlm = async (name: string, config: object = llama, folder = 'models'): Promise<void> => {
    await put(`${folder}/${name}/config.json`, config);
    await put(`${folder}/${name}/tokenizer.json`, {});
    await put(`${folder}/${name}/tokenizer_config.json`, {});
    await put(`${folder}/${name}/model.safetensors`, safetensors({ a: [2, 3], b: [4] }));
  };
  const putRecipe = async (): Promise<void> => {
    const turns = (text: string) => [{ from: 'human', value: text }];
    await put('data/small/images/a.png', 'A');
    await put('data/small/images/b.png', 'B');
    await put('data/small/pretrain.json', [
      { id: '1', image: 'a.png', conversations: turns('12345678') },
      { id: '2', conversations: turns('1234') },
    ]);
    await put('data/small/finetune.jsonl', '{"id":"3","image":"b.png","conversations":[]}\n');
  };
  const take = (): Promise<Inventory> =>
    takeInventory(
      {
        models: [join(root, 'models'), join(root, 'more')],
        data: [join(root, 'data')],
        benchmarks: [join(root, 'benchmarks')],
      },
      join(root, 'cache', 'digests.json'),
    );
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ablate-inventory-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('is empty where there is nothing', async () => {
    expect(await take()).toMatchObject({
      index: { backbones: [], recipes: [], benchmarks: [] },
      problems: [],
    });
  });

  it('reads widths from configs and counts parameters in headers', async () => {
    await putLlm('tiny-llama');
    await put('models/tiny-clip/config.json', clip);
    await put('models/tiny-clip/preprocessor_config.json', {});
    await put('models/tiny-clip/model.safetensors', safetensors({ w: [5, 5] }));
    const { index, backbones, problems } = await take();
    expect(problems).toEqual([]);
    expect(index.backbones).toMatchObject([
      { id: 'tiny-clip', kind: 'encoder', architecture: 'clip', parameters: 25, layers: 3, patch: 4 },
      { id: 'tiny-llama', kind: 'llm', architecture: 'llama', parameters: 10, heads: 4, kvHeads: 2 },
    ]);
    expect(backbones['tiny-llama']).toBe(join(root, 'models', 'tiny-llama'));
  });

  it('describes recipes and benchmarks', async () => {
    await putRecipe();
    await put('benchmarks/quiz/benchmark.json', {
      id: 'quiz',
      kind: 'exact',
      primaryMetric: 'accuracy',
      maxNewTokens: 4,
    });
    await put('benchmarks/quiz/images/q.png', 'Q');
    await put(
      'benchmarks/quiz/questions.jsonl',
      '{"questionId":"1","question":"What?","image":"q.png","target":"a","category":"b"}\n\n',
    );
    await put(
      'benchmarks/pope/coco_pope_random.json',
      '{"question_id":1,"image":"q.png","text":"Is it?","label":"no"}\n',
    );
    await put('benchmarks/pope/images/q.png', 'Q');
    await put('benchmarks/mm-vet/mm-vet.json', {
      v1: { imagename: 'q.png', question: 'What?', answer: 'a', capability: ['ocr'] },
    });
    await put('benchmarks/mm-vet/q.png', 'Q');
    const { index, problems } = await take();
    expect(problems).toEqual([]);
    expect(index.recipes[0]).toMatchObject({
      id: 'small',
      parts: {
        pretrain: { samples: 2, textOnly: 1, meanCharacters: 6 },
        finetune: { samples: 1, textOnly: 0, meanCharacters: 0 },
      },
    });
    expect(index.benchmarks).toMatchObject([
      { id: 'mm-vet', questions: 1, primaryMetric: 'score', maxNewTokens: 1024, judged: true },
      { id: 'pope', questions: 1, primaryMetric: 'mean_f1', maxNewTokens: 128 },
      { id: 'quiz', questions: 1, meanCharacters: 5, primaryMetric: 'accuracy', maxNewTokens: 4 },
    ]);
  });

  it('takes the first of two folders of one name', async () => {
    await putLlm('same');
    await putLlm('same', { ...llama, hidden_size: 99 }, 'more');
    const { index, backbones } = await take();
    expect(index.backbones).toMatchObject([{ hidden: 8 }]);
    expect(backbones['same']).toBe(join(root, 'models', 'same'));
  });

  it('gives a part another digest when a record, a name or an image changes, and only that part', async () => {
    await putRecipe();
    const digests = async () => {
      const { parts } = (await take()).index.recipes[0]!;
      return [parts['pretrain']!.digest, parts['finetune']!.digest];
    };
    const [pretrain, finetune] = await digests();
    const image = join(root, 'data', 'small', 'images', 'a.png');
    await writeFile(image, 'Z');
    // The same size and another time: what the cache looks at.
    await utimes(image, 1000, 1000);
    const [changed, same] = await digests();
    expect(changed).not.toBe(pretrain);
    expect(same).toBe(finetune);
    await writeFile(image, 'A');
    await utimes(image, 2000, 2000);
    expect(await digests()).toEqual([pretrain, finetune]);
  });

  it('gives a backbone another digest when any file that is read changes', async () => {
    await putLlm('tiny');
    const digest = async () => (await take()).index.backbones[0]!.digest;
    const first = await digest();
    await put('models/tiny/README.md', 'no file of the model');
    expect(await digest()).toBe(first);
    await put('models/tiny/tokenizer.json', { changed: true });
    expect(await digest()).not.toBe(first);
  });

  it('remembers digests by size and time', async () => {
    await putLlm('tiny');
    const first = (await take()).index.backbones[0]!.digest;
    const cache = join(root, 'cache', 'digests.json');
    const known = JSON.parse(await readFile(cache, 'utf8')) as Record<string, { sha256: string }>;
    for (const entry of Object.values(known)) entry.sha256 = 'remembered';
    await writeFile(cache, JSON.stringify(known));
    expect((await take()).index.backbones[0]!.digest).not.toBe(first);
    await writeFile(cache, '{ torn');
    expect((await take()).index.backbones[0]!.digest).toBe(first);
  });

  type Damage = (folder: string) => Promise<unknown>;
  it.each<[string, Damage, RegExp, string]>([
    [
      'no weights',
      (at) => rm(join(at, 'model.safetensors')),
      /model\.safetensors: is missing/,
      'BAD_BACKBONE',
    ],
    [
      'cut weights',
      (at) => writeFile(join(at, 'model.safetensors'), safetensors({ a: [2] }).subarray(0, -1)),
      /truncated/,
      'BAD_BACKBONE',
    ],
    [
      'weights of another format',
      (at) => writeFile(join(at, 'model.safetensors'), 'PK\u0003\u0004 no tensors'),
      /no safetensors file/,
      'BAD_BACKBONE',
    ],
    ['empty weights', (at) => truncate(join(at, 'model.safetensors')), /no safetensors file/, 'BAD_BACKBONE'],
    ['no config', (at) => rm(join(at, 'config.json')), /config\.json/, 'BAD_BACKBONE'],
    ['a config that is no JSON', (at) => writeFile(join(at, 'config.json'), '{'), /no JSON/, 'BAD_BACKBONE'],
    [
      'a broken tokenizer',
      (at) => writeFile(join(at, 'tokenizer.json'), '{"a":'),
      /tokenizer\.json/,
      'BAD_BACKBONE',
    ],
    [
      'an unknown architecture',
      (at) => writeFile(join(at, 'config.json'), '{"model_type":"mamba"}'),
      /"mamba" is not supported/,
      'BAD_BACKBONE',
    ],
    [
      'a config without a width',
      (at) => writeFile(join(at, 'config.json'), JSON.stringify({ ...llama, vocab_size: undefined })),
      /vocab_size/,
      'BAD_BACKBONE',
    ],
  ])('names the file of a backbone with %s, and keeps the others', async (_, damage, message, code) => {
    await putLlm('broken');
    await putLlm('whole');
    await damage(join(root, 'models', 'broken'));
    const { index, problems } = await take();
    expect(index.backbones.map(({ id }) => id)).toEqual(['whole']);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(problems[0]!.path).toContain(join('models', 'broken'));
    expect(problems[0]!.fix).not.toBeNull();
  });

  it('names a missing image and a broken list of records', async () => {
    await putRecipe();
    await rm(join(root, 'data', 'small', 'images', 'a.png'));
    await put('data/torn/pretrain.json', '[{');
    await put('data/none/readme.txt', '');
    const { index, problems } = await take();
    expect(index.recipes).toEqual([]);
    expect(problems.map(({ code }) => code)).toEqual(['BAD_DATA', 'BAD_DATA', 'BAD_DATA']);
    expect(problems.map(({ path }) => path!.slice(root.length + 1))).toEqual([
      join('data', 'none'),
      join('data', 'small', 'images', 'a.png'),
      join('data', 'torn', 'pretrain.json'),
    ]);
  });

  it('takes no record that leads out of its folder', async () => {
    await put('secret.png', 'S');
    await put('data/sly/pretrain.json', [{ id: '1', image: '../../../secret.png', conversations: [] }]);
    const { index, problems } = await take();
    expect(index.recipes).toEqual([]);
    expect(problems).toMatchObject([{ code: 'BAD_DATA', value: '../../../secret.png' }]);
  });
});
