import type { TrainStageConfig } from '@ablate/catalogue';
import type { DataRecord } from '@ablate/datasets';
import { AblateError } from '@ablate/errors';
import {
  encodeConversation,
  modalityGrouped,
  modalityLength,
  packSamples,
  permutations,
  type Sample,
  type Tokenizer,
} from '@ablate/vlm';

export interface PreparedData {
  readonly samples: readonly Sample[];
  readonly images: readonly { readonly file: string; readonly owner: string }[];
  /** Samples whose label mask does not meet their tokens; trained on as `data.mismatched` says. */
  readonly mismatched: readonly string[];
}

/** Tokenises records; every image file is listed once. */
export function prepareData(
  records: readonly DataRecord[],
  config: TrainStageConfig,
  tokenizer: Tokenizer,
): PreparedData {
  const images = new Map<string, number>();
  const owners: { file: string; owner: string }[] = [];
  const mismatched: string[] = [];
  const samples = records.map(({ id, images: files, conversations }) => {
    const { ids, labels, mismatch, understood } = encodeConversation(
      conversations,
      config.template,
      config.system,
      tokenizer,
      config.maxLength,
      files.length > 1,
    );
    if (mismatch) mismatched.push(id);
    for (const file of files) {
      if (images.has(file)) continue;
      images.set(file, images.size);
      owners.push({ file, owner: id });
    }
    return {
      ids,
      labels: config.data.mismatched === 'keep' ? understood : labels,
      images: files.map((file) => images.get(file)!),
    };
  });
  if (config.data.mismatched === 'refuse' && mismatched.length > 0) throw refused(mismatched);
  return { samples, images: owners, mismatched };
}

const MOST_NAMED = 20;

function refused(mismatched: readonly string[]): AblateError {
  const named = mismatched.slice(0, MOST_NAMED).map((id) => `"${id}"`);
  const rest = mismatched.length - named.length;
  return new AblateError(
    'MISMATCHED_SAMPLES',
    `The label mask of ${mismatched.length} samples does not meet their tokens: ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`,
    {
      path: 'data.mismatched',
      value: mismatched,
      rule: 'With `refuse`, every label mask meets its tokens.',
      fix: 'Correct these samples (no end token, " ASSISTANT: " or padding token in a text), or set data.mismatched to drop or keep.',
    },
  );
}

/** What a stage trains on: its samples, or several of them packed into each sequence; with the lengths by which they are grouped. */
export function sequencesOf(
  records: readonly DataRecord[],
  samples: readonly Sample[],
  config: TrainStageConfig,
  imageTokens: number,
): { readonly lengths: readonly number[]; readonly samples: readonly Sample[] } {
  if (config.data.packing !== true) return { lengths: records.map(modalityLength), samples };
  if (config.groupByModalityLength)
    throw new AblateError(
      'PACKED_AND_GROUPED',
      'Packed sequences cannot be grouped by modality and length.',
      {
        path: 'groupByModalityLength',
        value: true,
        rule: 'It is false where data.packing is true.',
        fix: 'Set one of the two to false.',
      },
    );
  const packs = packSamples(samples, { imageTokens, maxLength: config.maxLength });
  return { lengths: packs.map(({ ids }) => ids.length), samples: packs };
}

/** Updates of a stage: whole batches and the rest of each epoch. */
export const updatesPerEpoch = (samples: number, batchSize: number): number => Math.ceil(samples / batchSize);

/** Order of the samples in an epoch; a function of the config only. */
function orderOf(lengths: readonly number[], config: TrainStageConfig, epoch: number): number[] {
  const permute = permutations(config.seed, epoch);
  if (!config.groupByModalityLength) return permute(lengths.length);
  return modalityGrouped(lengths, config.batchSize / config.accumulation, 1, permute);
}

/** Indices of the samples of update `step`, micro-batch `micro`; empty where an epoch's last batch has fewer. */
export function microBatches(
  lengths: readonly number[],
  config: TrainStageConfig,
): (step: number, micro: number) => readonly number[] {
  const perEpoch = updatesPerEpoch(lengths.length, config.batchSize);
  const size = config.batchSize / config.accumulation;
  let known = { epoch: -1, order: [] as number[] };
  return (step, micro) => {
    const epoch = Math.floor(step / perEpoch);
    if (known.epoch !== epoch) known = { epoch, order: orderOf(lengths, config, epoch) };
    const from = (step % perEpoch) * config.batchSize + micro * size;
    return known.order.slice(
      from,
      Math.min(from + size, (step % perEpoch) * config.batchSize + config.batchSize),
    );
  };
}
