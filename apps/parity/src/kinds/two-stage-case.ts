import { AblateError } from '@ablate/errors';
import type { ScheduleConfig } from '@ablate/catalogue';
import type { TensorData } from '@ablate/tensor';
import type { LoopOptions } from '@ablate/training';
import type { FactoryConfig } from './factory-model.js';

/** One stage of a run as case.json describes it. */
export interface Stage {
  readonly name: string;
  readonly optimizer: string;
  readonly betas: readonly [number, number];
  readonly eps: number;
  readonly weight_decay: number;
  readonly max_grad_norm: number | null;
  readonly loss_weighting: string;
  readonly schedule: string;
  /** `initial`, `stage1 of this run` or `<run>/<stage>`. */
  readonly start_from: string;
  readonly data: string;
  readonly steps: number;
  readonly accumulation: number;
  readonly lr: number;
  readonly warmup_steps: number;
  readonly max_length: number;
  readonly tune: Readonly<Record<'llm' | 'vision_tower' | 'connector', string>> & {
    readonly vision_from_layer?: number;
  };
  readonly lora?: { readonly r: number; readonly alpha: number; readonly dropout: number };
  readonly parameters_without_gradient: readonly string[];
  readonly zero_gradient_tensors: readonly string[];
  readonly files: { readonly log: string; readonly final_weights: string; readonly lora_initial?: string };
}

export interface TwoStageCase {
  readonly config: FactoryConfig;
  readonly runs: Readonly<Record<string, readonly Stage[]>>;
  readonly tolerance: {
    readonly loss_rel: number;
    readonly grad_norm_rel: number;
    readonly eval_loss_rel: number;
    readonly lr_rel: number;
    readonly weight_update_rel_l2: number;
    readonly weight_max_abs: number;
  };
}

export interface Log {
  readonly steps: readonly {
    readonly lr: number;
    readonly micro_losses: readonly number[];
    readonly micro_target_tokens: readonly number[];
    readonly grad_norm: number;
  }[];
  readonly eval_losses_after: readonly number[];
}

export interface Data {
  readonly samples: readonly {
    readonly image: number | null;
    readonly input_ids: readonly number[];
    readonly labels: readonly number[];
  }[];
  readonly micro_batches: readonly (readonly number[])[];
}

const unsupported = (field: string, value: unknown): AblateError =>
  new AblateError('UNSUPPORTED_CASE', `${field} = ${JSON.stringify(value)} is not supported.`, {
    path: field,
    value,
  });

/** Refuses what this runner does not compute. */
export function requireKnown({ padding_side = 'right' }: FactoryConfig): void {
  if (padding_side !== 'right') throw unsupported('config.padding_side', padding_side);
}

const SCHEDULES: Readonly<Record<string, ScheduleConfig['kind']>> = {
  cosine_with_warmup: 'cosine',
  linear_with_warmup: 'linear',
  cosine: 'cosine',
  linear: 'linear',
  constant: 'constant',
  constant_with_warmup: 'constant_with_warmup',
};

type Settings = Omit<LoopOptions, 'parameters' | 'objective' | 'checkpointDir' | 'isDecayed'>;

/** A stage's settings of the training loop. */
export function loopSettings(stage: Stage): Settings {
  const kind = SCHEDULES[stage.schedule];
  if (!kind) throw unsupported('schedule', stage.schedule);
  if (stage.optimizer !== 'AdamW') throw unsupported('optimizer', stage.optimizer);
  if (stage.loss_weighting !== 'token' && stage.loss_weighting !== 'micro_mean')
    throw unsupported('loss_weighting', stage.loss_weighting);
  if (stage.lora && stage.lora.dropout !== 0) throw unsupported('lora.dropout', stage.lora.dropout);
  return {
    totalSteps: stage.steps,
    accumulation: stage.accumulation,
    lossReduction: stage.loss_weighting === 'token' ? 'token' : 'micro-batch',
    optimiser: {
      learningRate: stage.lr,
      connectorLearningRate: null,
      beta1: stage.betas[0],
      beta2: stage.betas[1],
      epsilon: stage.eps,
      weightDecay: stage.weight_decay,
      clipNorm: stage.max_grad_norm,
    },
    // Half a step less, as the ratio's steps are rounded up.
    schedule: { kind, warmupRatio: Math.max(0, stage.warmup_steps - 0.5) / stage.steps },
    checkpointEvery: Infinity,
    resumeFrom: null,
    signal: new AbortController().signal,
  };
}

/** Whether a stage trains a parameter. Source: the Factory's `tune_type_setting`. */
export function isTrained({ tune }: Stage, name: string, hasLora: boolean): boolean {
  const part = name.startsWith('connector.') ? 'connector' : name.startsWith('llm.') ? 'llm' : 'vision_tower';
  const mode = tune[part];
  if (mode === 'full') return !name.includes('.lora_');
  if (mode === 'lora' && part === 'llm') return hasLora && name.includes('.lora_');
  if (mode === 'partially-tune' && part === 'vision_tower') {
    // Names of other towers do not match, so that they stay frozen, as in the Factory.
    const layer = /vision_model\.encoder\.layers\.(\d+)\./.exec(name)?.[1];
    return layer !== undefined && Number(layer) >= tune.vision_from_layer!;
  }
  if (mode !== 'frozen') throw unsupported(`tune.${part}`, mode);
  return false;
}

/** The better of the two errors that the case allows, in units of its tolerance. */
export function weightError(
  actual: TensorData,
  expected: TensorData,
  initial: TensorData,
  { weight_max_abs, weight_update_rel_l2 }: TwoStageCase['tolerance'],
): number {
  let [difference, update, largest] = [0, 0, 0];
  expected.data.forEach((wanted, i) => {
    difference += (actual.data[i]! - wanted) ** 2;
    update += (wanted - initial.data[i]!) ** 2;
    largest = Math.max(largest, Math.abs(actual.data[i]! - wanted));
  });
  const relative = update === 0 ? Infinity : Math.sqrt(difference / update);
  return Math.min(largest / weight_max_abs, relative / weight_update_rel_l2);
}
