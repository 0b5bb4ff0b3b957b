import type { TrainStageConfig } from '@ablate/catalogue';
import type { DataRecord } from '@ablate/datasets';
import {
  encodeConversation,
  modalityGrouped,
  modalityLength,
  permutations,
  type Sample,
  type Tokenizer,
} from '@ablate/vlm';

export interface PreparedData {
  readonly samples: readonly Sample[];
  readonly images: readonly { readonly file: string; readonly owner: string }[];
  /** Samples whose label mask does not meet their tokens: trained on nothing, and named. */
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
    const { ids, labels, mismatch } = encodeConversation(
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
    return { ids, labels, images: files.map((file) => images.get(file)!) };
  });
  return { samples, images: owners, mismatched };
}

/** Updates of a stage: whole batches and the rest of each epoch. */
export const updatesPerEpoch = (samples: number, batchSize: number): number => Math.ceil(samples / batchSize);

/** Order of the samples in an epoch; a function of the config only. */
function orderOf(records: readonly DataRecord[], config: TrainStageConfig, epoch: number): number[] {
  const permute = permutations(config.seed, epoch);
  if (!config.groupByModalityLength) return permute(records.length);
  return modalityGrouped(records.map(modalityLength), config.batchSize / config.accumulation, 1, permute);
}

/** Indices of the samples of update `step`, micro-batch `micro`; empty where an epoch's last batch has fewer. */
export function microBatches(
  records: readonly DataRecord[],
  config: TrainStageConfig,
): (step: number, micro: number) => readonly number[] {
  const perEpoch = updatesPerEpoch(records.length, config.batchSize);
  const size = config.batchSize / config.accumulation;
  let known = { epoch: -1, order: [] as number[] };
  return (step, micro) => {
    const epoch = Math.floor(step / perEpoch);
    if (known.epoch !== epoch) known = { epoch, order: orderOf(records, config, epoch) };
    const from = (step % perEpoch) * config.batchSize + micro * size;
    return known.order.slice(
      from,
      Math.min(from + size, (step % perEpoch) * config.batchSize + config.batchSize),
    );
  };
}
