import type { JsonValue } from '@ablate/design-space';
import type { EncoderEntry, LlmEntry } from './catalogue-index.js';
import { oneOf, orNull, positive, share, whole, type Rule } from './rules.js';
import type { LoraConfig, Tuning } from './stage-config.js';

/** Layer from which a part is tuned unless said otherwise: the paper's share recipe freezes a tower's first 12 (vlm.md 1.5). */
const FROM_LAYER = 12;

const names: Rule = {
  accepts: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === 'string' && name !== ''),
  text: 'a list of layer names such as [q_proj, v_proj]',
};

/** Settings of LoRA, wherever they are written. */
export const LORA_RULES: Readonly<Record<keyof LoraConfig, Rule>> = {
  rank: whole(1),
  alpha: positive,
  dropout: share,
  targets: orNull(names),
};
export const FROM_LAYER_RULE: Rule = whole(0);

/** What a dotted path may set of `tune`. A connector has no stack of layers to begin in, and its layers have no common names. */
export const TUNE_RULES: Readonly<Record<string, Rule>> = {
  ...rulesOf('encoder', ['frozen', 'full', 'partial', 'lora']),
  ...rulesOf('llm', ['frozen', 'full', 'partial', 'lora']),
  ...rulesOf('connector', ['frozen', 'full', 'lora']),
};

function rulesOf(part: string, modes: readonly string[]): Record<string, Rule> {
  const { targets, ...numbers } = LORA_RULES;
  const layered = modes.includes('partial') ? { targets: targets, fromLayer: FROM_LAYER_RULE } : {};
  return Object.fromEntries(
    Object.entries({ mode: oneOf(...modes), ...numbers, ...layered }).map(([key, rule]) => [
      `tune.${part}.${key}`,
      rule,
    ]),
  );
}

/** The reference's alpha is twice its rank (128, 256); so is the default for another rank. */
export const loraDefaults = (given: Readonly<Record<string, JsonValue>>): LoraConfig => {
  const { rank = 128, alpha, dropout = 0.05, targets } = given as unknown as Partial<LoraConfig>;
  return { rank, alpha: alpha ?? 2 * rank, dropout, ...(targets ? { targets } : {}) };
};

/** A part's tuning with some of its settings given anew. A rank that is given alone brings its own alpha. */
export function applyTuning(tuning: Tuning, settings: Readonly<Record<string, JsonValue>>): Tuning {
  const { mode = tuning.mode, ...given } = settings as { mode?: Tuning['mode'] } & Record<string, JsonValue>;
  if (mode === 'partial') {
    const { fromLayer = tuning.mode === 'partial' ? tuning.fromLayer : FROM_LAYER } = given;
    return { mode, fromLayer: fromLayer as number };
  }
  if (mode !== 'lora') return { mode };
  if (tuning.mode !== 'lora') return { mode, ...loraDefaults(given) };
  const { mode: _, alpha, ...before } = tuning;
  const kept = 'rank' in given ? before : { ...before, alpha };
  return { mode, ...loraDefaults({ ...kept, ...given }) };
}

/** Whether a setting has an effect under a mode: LoRA's numbers have none where nothing is tuned by LoRA. */
export const hasEffect = ({ mode }: Tuning, key: string): boolean =>
  key === 'mode' || mode === (key === 'fromLayer' ? 'partial' : 'lora');

/** A linear layer of a block: name below the block, inputs, outputs. */
export interface LinearLayer {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
}

const layer = (name: string, inputs: number, outputs: number): LinearLayer => ({ name, inputs, outputs });

export const headDimOf = ({ headDim, hidden, heads }: LlmEntry): number => headDim ?? hidden / heads;

/** The linear layers of block `i` of an LLM, named as in its checkpoint; all MLPs but Phi's are gated. */
export function llmLinears(entry: LlmEntry, i: number): readonly LinearLayer[] {
  const { architecture, hidden: d, layerSizes } = entry;
  const { heads, groups, intermediate: f } = layerSizes?.[i] ?? { ...entry, groups: entry.kvHeads };
  const width = headDimOf(entry);
  const [inner, kv] = [heads * width, groups * width];
  // OpenELM has one layer for queries, keys and values, and one for both halves of the gate.
  if (architecture === 'openelm')
    return [
      layer('attn.qkv_proj', d, inner + 2 * kv),
      layer('attn.out_proj', inner, d),
      layer('ffn.proj_1', d, 2 * f),
      layer('ffn.proj_2', f, d),
    ];
  const isPhi = architecture === 'phi';
  return [
    layer('self_attn.q_proj', d, inner),
    layer('self_attn.k_proj', d, kv),
    layer('self_attn.v_proj', d, kv),
    layer(isPhi ? 'self_attn.dense' : 'self_attn.o_proj', inner, d),
    ...(isPhi
      ? [layer('mlp.fc1', d, f), layer('mlp.fc2', f, d)]
      : [layer('mlp.gate_proj', d, f), layer('mlp.up_proj', d, f), layer('mlp.down_proj', f, d)]),
  ];
}

/** The linear layers of one block of an encoder; a mixture's of both its encoders. */
export function encoderLinears({
  architecture,
  hidden: d,
  intermediate: f,
}: EncoderEntry): readonly LinearLayer[] {
  const mlp = [layer('mlp.fc1', d, f), layer('mlp.fc2', f, d)];
  const clip = ['q_proj', 'k_proj', 'v_proj', 'out_proj'].map((name) => layer(`self_attn.${name}`, d, d));
  const dinov2 = ['attention.query', 'attention.key', 'attention.value', 'output.dense'].map((name) =>
    layer(`attention.${name}`, d, d),
  );
  if (architecture === 'mof') return [...clip, ...mlp, ...dinov2, ...mlp];
  return [...(architecture === 'dinov2' ? dinov2 : clip), ...mlp];
}

/** Whether LoRA adapts a layer: all without targets, else those that end in one. Source: peft `check_target_module_exists`. */
export const isTarget = (name: string, { targets }: Pick<LoraConfig, 'targets'>): boolean =>
  !targets || targets.some((target) => name === target || name.endsWith(`.${target}`));
