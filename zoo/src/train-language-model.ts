import { PHASE_A, PHASE_B, randomOf, type LanguagePhase, type Pool } from '@ablate/emoji-data';
import type { Executor, TensorData } from '@ablate/tensor';
import { optimise } from '@ablate/training';
import { causalMask, languageGraph, ProgramCache, rotaryTables, type LlmConfig } from '@ablate/vlm';
import { languageBatches, type BatchOptions, type Encode } from './language-batches.js';
import { report, type Report } from './report.js';

interface Phase extends Pick<BatchOptions, 'batch' | 'length' | 'everything' | 'plain'> {
  readonly name: string;
  /** For the card. */
  readonly what: string;
  readonly mix: LanguagePhase;
  readonly tokens: number;
  readonly learningRate: number;
}

const SKILLS: LanguagePhase = { ...PHASE_B, glosses: 0.06, copies: 0.08 };

const LATE = { ...SKILLS.weights, count: 0.1, 'exists-category': 0.3, 'exists-colour': 0.3 };
/** What is left when yes and no are known: which kind, where. */
const PLACES: LanguagePhase = {
  ...SKILLS,
  singles: 0.1,
  weights: { ...LATE, colour: 1.2, category: 1.2, position: 3, choice: 1 },
};
/** What comes last: whose colour, and the letter of an answer. */
const COLOURS: LanguagePhase = {
  ...PLACES,
  weights: { ...LATE, colour: 3, category: 0.5, position: 1, choice: 2 },
};

const answers = {
  everything: false,
  plain: 0.05,
  batch: 16,
  length: 192,
  learningRate: 2.5e-3,
} as const;

/** A learns English and the format, B the skills, C to E the late ones: answers would drown in captions and glosses. Each by cosine from its own rate. */
export const PHASES: readonly Phase[] = [
  {
    name: 'A',
    what: 'loss on everything, rows of 144, batch 24, learning rate 3e-3',
    mix: PHASE_A,
    everything: true,
    plain: 0.1,
    batch: 24,
    length: 144,
    tokens: 5_000_000,
    learningRate: 3e-3,
  },
  {
    ...answers,
    name: 'B',
    what: 'loss on answers, rows of 192, batch 16, learning rate 2.5e-3',
    mix: PHASE_B,
    plain: 0.12,
    tokens: 8_500_000,
  },
  {
    ...answers,
    name: 'C',
    what: 'the same with fewer captions and glosses',
    mix: SKILLS,
    tokens: 6_000_000,
  },
  {
    ...answers,
    name: 'D',
    what: 'mostly scenes, questions of position and kind',
    mix: PLACES,
    tokens: 5_000_000,
  },
  { ...answers, name: 'E', what: 'questions of colour and choice', mix: COLOURS, tokens: 4_000_000 },
];

const int32 = (data: Int32Array, shape: readonly number[] = [data.length]): TensorData => ({
  dtype: 'int32',
  shape,
  data,
});
const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;
const padded = (values: Int32Array, length: number, fill: number): Int32Array => {
  const result = new Int32Array(length).fill(fill);
  result.set(values);
  return result;
};

export interface LanguageModelOptions {
  readonly executor: Executor;
  readonly config: LlmConfig;
  /** Changed in place; named `llm.*`. */
  readonly parameters: ReadonlyMap<string, TensorData>;
  readonly pool: Pool;
  readonly glosses: readonly string[];
  readonly encode: Encode;
  readonly end: string;
  readonly hasBos: boolean;
  readonly seed: number;
  /** Multiplies the token counts; 1 = as published. */
  readonly scale: number;
  readonly checkpointDir: string;
  /** Phases before this one are left out; 0 = all. */
  readonly firstPhase: number;
  /** Keeps what is reached: a run that ends early can go on with its next phase. */
  readonly afterPhase: () => Promise<void>;
}

/** Pretrains a tiny language model on glosses and image-free dialogues (tokens of all phases: 28.5 million). */
export async function trainLanguageModel(options: LanguageModelOptions): Promise<Report> {
  const { config, parameters, executor } = options;
  const programs = new ProgramCache(executor);
  const trained = [...parameters.keys()];
  const gradients = new Map(
    trained.map((name) => [
      name,
      { ...parameters.get(name)!, data: new Float32Array(parameters.get(name)!.data.length) },
    ]),
  );
  const into = Object.fromEntries([...gradients].map(([name, tensor]) => [`grad.${name}`, tensor]));
  const weights = Object.fromEntries(parameters);
  const losses: number[] = [];
  for (const [index, phase] of PHASES.entries()) {
    if (index < options.firstPhase) continue;
    const { batch, length } = phase;
    const stream = languageBatches(
      randomOf(options.seed * 100 + index),
      options.pool,
      options.glosses,
      options.encode,
      {
        ...phase,
        phase: phase.mix,
        end: options.end,
        hasBos: options.hasBos,
      },
    );
    const fixed = { ...rotaryTables(config, length), mask: causalMask(length) };
    const totalSteps = Math.ceil((phase.tokens * options.scale) / (batch * length));
    const objective = async () => {
      const { ids, targets, labels } = stream.next();
      const bucket = roundUp(targets.length, (batch * length) / 8);
      const program = await programs.get(`${batch}x${length}x${bucket}`, () =>
        languageGraph(config, { batch, length, targets: bucket }, trained),
      );
      const results = await program.run(
        {
          ...weights,
          ...fixed,
          rows: int32(ids, [batch, length]),
          targets: int32(padded(targets, bucket, 0)),
          labels: int32(padded(labels, bucket, -100)),
          loss_scale: { dtype: 'float32', shape: [], data: Float32Array.of(1 / targets.length) },
        },
        into,
      );
      return {
        loss: results['loss']!.data[0]!,
        targets: targets.length,
        tokens: batch * length,
        gradients: new Map([...gradients].map(([name, { data }]) => [name, data])),
      };
    };
    const loop = optimise({
      parameters,
      objective,
      totalSteps,
      accumulation: 1,
      lossReduction: 'micro-batch',
      optimiser: {
        learningRate: phase.learningRate,
        connectorLearningRate: null,
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.05,
        clipNorm: 1,
      },
      schedule: { kind: 'cosine', warmupRatio: 0.02 },
      checkpointEvery: Infinity,
      checkpointDir: options.checkpointDir,
      resumeFrom: null,
      signal: new AbortController().signal,
    });
    losses.push(await report(`phase ${phase.name}`, loop));
    await options.afterPhase();
  }
  await programs.dispose();
  return { losses };
}
