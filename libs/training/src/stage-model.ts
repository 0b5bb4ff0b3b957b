import type { TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { openSafetensors, sizeOf, type TensorData } from '@ablate/tensor';
import {
  initialise,
  isDecayed,
  loadEncoder,
  loadLlm,
  structureOf,
  vlmSpecs,
  type LoraByPart,
  type ParameterSpec,
  type VlmStructure,
} from '@ablate/vlm';

/** A model as a stage begins to train it. Parameters are named `encoder.*`, `connector.*`, `llm.*`. */
export interface StageModel {
  readonly structure: VlmStructure;
  readonly parameters: ReadonlyMap<string, TensorData>;
  /** Names that this stage changes, in the order of the specs. */
  readonly trained: readonly string[];
  /** Names of `trained` that weight decay reaches. */
  readonly decayed: ReadonlySet<string>;
  /** Names that differ from the backbones when the stage ends: its own and its parents' that it keeps. */
  readonly kept: readonly string[];
}

export interface StageFolders {
  readonly encoderDir: string;
  readonly llmDir: string;
  readonly parents: TrainerJob['parents'];
}

const PARTS = ['encoder', 'connector', 'llm'] as const;

/** Adapters that a stage trains, by part. */
const loraOf = ({ tune }: TrainStageConfig): LoraByPart =>
  Object.fromEntries(
    PARTS.flatMap((part) => {
      const tuning = tune[part];
      return tuning.mode === 'lora' ? [[part, tuning] as const] : [];
    }),
  );

/** W + scale B A, in float64 sums. Source: Hu et al. 2021; peft `LoraLayer.merge`. */
function merged(weight: TensorData, a: TensorData, b: TensorData, scale: number): TensorData {
  const [outputs, inputs] = weight.shape as [number, number];
  const rank = a.shape[0]!;
  const data = Float32Array.from(weight.data as Float32Array);
  for (let row = 0; row < outputs; row += 1) {
    for (let column = 0; column < inputs; column += 1) {
      let sum = 0;
      for (let r = 0; r < rank; r += 1) sum += b.data[row * rank + r]! * a.data[r * inputs + column]!;
      data[row * inputs + column]! += scale * sum;
    }
  }
  return { ...weight, data };
}

/** Lays a parent's tensors over the parameters; its adapters become part of the weights that they adapt. */
async function overlay(
  parameters: Map<string, TensorData>,
  { modelFile, config }: TrainerJob['parents'][number],
): Promise<string[]> {
  const file = await openSafetensors(modelFile);
  const changed: string[] = [];
  try {
    const adapters: LoraByPart = config.kind === 'train' ? loraOf(config) : {};
    for (const name of file.tensors.keys()) {
      const adapted = /^(.*)\.lora_A\.weight$/.exec(name)?.[1];
      const lora = adapters[name.slice(0, name.indexOf('.')) as keyof LoraByPart];
      if (adapted !== undefined && lora) {
        const weight = `${adapted}.weight`;
        const b = await file.read(`${adapted}.lora_B.weight`);
        parameters.set(
          weight,
          merged(parameters.get(weight)!, await file.read(name), b, lora.alpha / lora.rank),
        );
        changed.push(weight);
      } else if (!name.endsWith('.lora_B.weight')) {
        parameters.set(name, await file.read(name));
        changed.push(name);
      }
    }
  } finally {
    await file.close();
  }
  return changed;
}

/** Block of a parameter, in every architecture here; -1 for what stands outside the blocks. */
const blockOf = (name: string): number => Number(/\.layers?\.(\d+)\./.exec(name)?.[1] ?? -1);

function trainedSpecs(
  { tune }: TrainStageConfig,
  specs: ReturnType<typeof vlmSpecs>,
  parameters: ReadonlyMap<string, TensorData>,
): ParameterSpec[] {
  const own = (part: (typeof PARTS)[number]): ParameterSpec[] => {
    const tuning = tune[part];
    const there = specs[part].filter(({ name }) => parameters.has(name));
    if (tuning.mode === 'full') return there;
    return tuning.mode === 'partial' ? there.filter(({ name }) => blockOf(name) >= tuning.fromLayer) : [];
  };
  return [...PARTS.flatMap(own), ...specs.lora];
}

/** Loads the backbones, draws a fresh connector and adapters by the stage's seed, lays the parents over them. */
export async function prepareStage(
  config: TrainStageConfig,
  { encoderDir, llmDir, parents }: StageFolders,
): Promise<StageModel> {
  const encoder = await loadEncoder(encoderDir, config.encoder.selectLayer);
  const llm = await loadLlm(llmDir);
  const structure = structureOf(encoder, config.encoder, config.connector, llm, loraOf(config));
  const specs = vlmSpecs(structure);
  const parameters = new Map<string, TensorData>([
    ...[...encoder.weights].map(([name, tensor]) => [`encoder.${name}`, tensor] as const),
    ...initialise(specs.connector, config.seed),
    ...[...llm.weights].map(([name, tensor]) => [`llm.${name}`, tensor] as const),
  ]);
  const inherited: string[] = [];
  for (const parent of parents) inherited.push(...(await overlay(parameters, parent)));
  for (const [name, tensor] of initialise(specs.lora, config.seed)) parameters.set(name, tensor);
  for (const { name, shape } of [...specs.connector, ...specs.lora]) {
    if (parameters.get(name)?.data.length !== sizeOf(shape)) {
      throw new AblateError(
        'WRONG_TENSOR',
        `A parent's tensor "${name}" does not fit: expected [${shape.join(', ')}].`,
        {
          path: name,
          value: parameters.get(name)?.shape ?? null,
          rule: `"${name}" has shape [${shape.join(', ')}].`,
          fix: 'Train the parent stage again.',
        },
      );
    }
  }
  const trainedHere = trainedSpecs(config, specs, parameters);
  const trained = trainedHere.map(({ name }) => name);
  const decayed = new Set(trainedHere.filter(isDecayed).map(({ name }) => name));
  const connector = specs.connector.map(({ name }) => name);
  return {
    structure,
    parameters,
    trained,
    decayed,
    kept: [...new Set([...connector, ...inherited, ...trained])],
  };
}
