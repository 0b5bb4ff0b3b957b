import type { LoraConfig, TrainStageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { openSafetensors, type TensorData } from '@ablate/tensor';
import { prepareStage } from '@ablate/training';
import { loadEncoder, type VlmStructure } from '@ablate/vlm';
import type { ExportRequest } from './request.js';

/** A trained model with everything that it is made of. Parameters are named `encoder.*`, `connector.*`, `llm.*`. */
export interface Assembled {
  readonly structure: VlmStructure;
  readonly config: TrainStageConfig;
  readonly parameters: ReadonlyMap<string, TensorData>;
  /** Adapters that stay apart, `llm.<layer>.lora_A.weight` and `.lora_B.weight`; null = none. */
  readonly adapters: { readonly lora: LoraConfig; readonly tensors: ReadonlyMap<string, TensorData> } | null;
}

const FROZEN = { mode: 'frozen' } as const;

function lastTraining({ parents }: ExportRequest): TrainStageConfig {
  const config = parents.at(-1)?.config;
  if (config?.kind === 'train') return config;
  throw new AblateError('NO_TRAINED_PARENT', 'There is no trained model to export.', {
    path: 'parents',
    value: parents.length,
    rule: 'At least one stage of the run trains, and has finished.',
    fix: 'Export a run whose trainings are done.',
  });
}

async function lastAdapters(
  { parents }: ExportRequest,
  { tune }: TrainStageConfig,
  parameters: Map<string, TensorData>,
): Promise<Assembled['adapters']> {
  if (tune.llm.mode !== 'lora')
    throw new AblateError('NO_ADAPTER', 'The last training of this run trained no adapters.', {
      path: '--lora',
      value: 'adapter',
      rule: 'Adapters of the last training can stay apart; earlier ones are part of the weights already.',
      fix: 'Use --lora merged.',
    });
  const tensors = new Map<string, TensorData>();
  const file = await openSafetensors(parents.at(-1)!.modelFile);
  try {
    for (const name of file.tensors.keys())
      (/\.lora_[AB]\.weight$/.test(name) ? tensors : parameters).set(name, await file.read(name));
  } finally {
    await file.close();
  }
  return { lora: tune.llm, tensors };
}

/**
 * Lays all trainings of a run over its backbones, as an evaluation does; the encoder is whole, also where training read only some of its
 * layers. Throws `NO_TRAINED_PARENT`, `NO_ADAPTER` and the errors of loading a model.
 */
export async function assemble(request: ExportRequest): Promise<Assembled> {
  const { parents, encoderDir, llmDir, lora } = request;
  const config = lastTraining(request);
  const apart = lora === 'adapter';
  const { structure, parameters } = await prepareStage(
    { ...config, tune: { encoder: FROZEN, connector: FROZEN, llm: FROZEN } },
    { encoderDir, llmDir, parents: apart ? parents.slice(0, -1) : parents },
  );
  const all = new Map<string, TensorData>();
  for (const [name, tensor] of (await loadEncoder(encoderDir, null)).weights)
    all.set(`encoder.${name}`, tensor);
  for (const [name, tensor] of parameters) all.set(name, tensor);
  const adapters = apart ? await lastAdapters(request, config, all) : null;
  return { structure, config, parameters: all, adapters };
}
