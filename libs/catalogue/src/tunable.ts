import type { EncoderEntry, LlmEntry } from './catalogue-index.js';
import { layersUsed } from './costs.js';
import { badSetting } from './rules.js';
import type { TrainStageConfig, Tuning } from './stage-config.js';
import { encoderLinears, isTarget, llmLinears, type LinearLayer } from './tuning.js';

/**
 * Refuses a tuning that would train nothing: blocks that the part does not have, or that its selected layer does not read, and LoRA
 * targets that no linear layer is called. Throws BAD_SETTING below `at`.
 */
export function requireTunable(
  { tune, encoder: { selectLayer } }: TrainStageConfig,
  encoder: EncoderEntry,
  llm: LlmEntry,
  at: string,
): void {
  check(
    tune.encoder,
    encoder.id,
    layersUsed(encoder, selectLayer),
    encoderLinears(encoder),
    `${at}.tune.encoder`,
  );
  check(tune.llm, llm.id, llm.layers, llmLinears(llm, 0), `${at}.tune.llm`);
}

function check(
  tuning: Tuning,
  id: string,
  layers: number,
  linears: readonly LinearLayer[],
  at: string,
): void {
  if (tuning.mode === 'partial' && tuning.fromLayer >= layers)
    throw badSetting(
      `${at}.fromLayer`,
      tuning.fromLayer,
      `below ${layers}: '${id}' has that many layers in use`,
      `Give the first layer to train, for example ${Math.floor(layers / 2)}.`,
    );
  if (tuning.mode !== 'lora') return;
  const unknown = tuning.targets?.find(
    (target) => !linears.some(({ name }) => isTarget(name, { targets: [target] })),
  );
  if (unknown === undefined) return;
  const names = [...new Set(linears.map(({ name }) => name.slice(name.lastIndexOf('.') + 1)))];
  throw badSetting(`${at}.targets`, unknown, `the end of a layer's name in '${id}': ${names.join(', ')}`);
}
