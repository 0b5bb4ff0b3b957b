import type { TemplateName } from '@ablate/catalogue';
import {
  collate,
  encodeQuestion,
  generate,
  IMAGE_TOKEN,
  imageTokens,
  NO_TARGET,
  type ProgramCache,
} from '@ablate/vlm';
import { filled } from './batches.js';
import type { TrainedModel } from './load-model.js';

/** The template of the last stage; one that only pretrained a connector has no questions, so its LLM's family decides. */
function templateOf({ config, structure }: TrainedModel): TemplateName {
  if (config.template !== 'pretrain') return config.template;
  return structure.llm.model_type === 'phi' ? 'phi' : 'llama';
}

/** Token ids of a question about one image, ending where the model is to answer. Source: vlm.md 4.1, TinyLLaVA Factory eval. */
export function promptOf(model: TrainedModel, question: string): readonly number[] {
  const { tokenizer, config } = model;
  const messages = [
    { from: 'human', value: `${IMAGE_TOKEN}\n${question}` },
    { from: 'gpt', value: null },
  ];
  return encodeQuestion(messages, templateOf(model), config.system, tokenizer);
}

export interface Asked {
  /** Prompts of one length. */
  readonly prompts: readonly (readonly number[])[];
  /** Each prompt's image, by index. */
  readonly images: readonly number[];
}

/**
 * Greedy answers to a batch, as text without special tokens and surrounding white space. The batch is filled up to `batchSize`, so
 * that one shape serves all batches of a length.
 */
export async function ask(
  model: TrainedModel,
  programs: ProgramCache,
  { prompts, images }: Asked,
  { maxNewTokens, batchSize }: { readonly maxNewTokens: number; readonly batchSize: number },
): Promise<string[]> {
  const { structure, parameters, tokenizer, config } = model;
  const samples = prompts.map((ids, i) => ({ ids, labels: ids.map(() => NO_TARGET), images: [images[i]!] }));
  const batch = collate(filled(samples, batchSize), {
    vocabulary: structure.llm.vocab_size,
    imageTokens: imageTokens(structure),
    maxLength: config.maxLength,
    lengthBucket: 1,
    maskedId: null,
  });
  const tokens = await generate(programs, structure, parameters, {
    rows: Array.from({ length: batchSize }, (_, i) =>
      batch.rows.subarray(i * batch.length, (i + 1) * batch.length),
    ),
    features: await model.features(batch.images),
    endToken: tokenizer.eosId,
    maxNewTokens,
  });
  return prompts.map((_, i) => tokenizer.decode(tokens[i]!).trim());
}
