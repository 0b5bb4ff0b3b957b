import { levelName, type Level } from '@ablate/design-space';
import { readSettings, unknownName, whole } from './rules.js';
import type { ConnectorConfig } from './stage-config.js';

/** Names as in TinyLLaVA_Factory; N counts the linear layers. Pixel shuffle is nanoVLM's. */
export const CONNECTORS = [
  'identity',
  'linear',
  'mlp{N}x_gelu',
  'resampler',
  'qformer',
  'mof_mlp',
  'pixel_shuffle',
] as const;

/** TinyLLaVA_Factory's resampler (vlm.md 1.2): 128 queries, 3 layers, 8 heads of 64. */
const RESAMPLER = { numQueries: 128, depth: 3, heads: 8, headDim: 64 } as const;
/** TinyLLaVA_Factory's Q-Former (vlm.md 1.2): BERT-base's query stream. */
const QFORMER = { numQueries: 128, depth: 12, hidden: 768, intermediate: 3072, heads: 12 } as const;

/** A connector by name or `{ id, ...settings }`. Throws UNKNOWN_LEVEL, UNKNOWN_SETTING or BAD_SETTING at `path`. */
export function readConnector(level: Level, path: string): ConnectorConfig {
  const name = levelName(level);
  const depth = /^mlp([1-9]\d?)x_gelu$/.exec(name)?.[1];
  if (name === 'resampler') {
    const rule = whole(1);
    const given = readSettings(level, { numQueries: rule, depth: rule, heads: rule, headDim: rule }, path);
    return { kind: 'resampler', ...RESAMPLER, ...given };
  }
  if (name === 'qformer') {
    const rule = whole(1);
    const given = readSettings(
      level,
      { numQueries: rule, depth: rule, hidden: rule, intermediate: rule, heads: rule },
      path,
    );
    return { kind: 'qformer', ...QFORMER, ...given };
  }
  if (name === 'pixel_shuffle')
    return { kind: 'pixel_shuffle', factor: 2, ...readSettings(level, { factor: whole(1) }, path) };
  readSettings(level, {}, path);
  if (depth !== undefined) return { kind: 'mlp', depth: Number(depth) };
  if (name === 'identity' || name === 'linear' || name === 'mof_mlp') return { kind: name };
  throw unknownName('connector', name, CONNECTORS, path);
}

/**
 * Trainable numbers of a connector from width `v` (encoder) to `h` (LLM).
 * Source: the modules of TinyLLaVA_Factory, tinyllava/model/connector/*.py, formulas in vlm.md 1.2.
 * The resampler's is written for its own heads and head size a = heads * headDim; with 8 x 64 it is QH + VH+H + L(8H^2+2054H) + 2H.
 */
export function connectorParameters(connector: ConnectorConfig, v: number, h: number): number {
  const input = v * h + h;
  switch (connector.kind) {
    case 'identity':
      return 0;
    case 'linear':
      return input;
    case 'mlp':
      return input + (connector.depth - 1) * (h * h + h);
    case 'resampler': {
      const a = connector.heads * connector.headDim;
      // Per layer: two norms, q, kv and output without bias; then norm and a feed-forward of 4h without bias.
      const layer = 4 * h + 4 * h * a + 2 * h + 8 * h * h;
      return connector.numQueries * h + input + connector.depth * layer + 2 * h;
    }
    case 'qformer': {
      const { numQueries, depth, hidden: w, intermediate: f } = connector;
      // Per layer: self-attention and feed-forward, a norm after each; every other layer attends to the image.
      const layer = 4 * w * w + 2 * w * f + f + 9 * w;
      const cross = 2 * w * w + 2 * v * w + 6 * w;
      return depth * layer + Math.ceil(depth / 2) * cross + numQueries * w + w * h + h;
    }
    case 'mof_mlp':
      return 2 * (input + h * h + h);
    case 'pixel_shuffle':
      return connector.factor ** 2 * v * h;
  }
}

/** Image tokens that the LLM sees of `patches` encoder tokens. */
export function connectorTokens(connector: ConnectorConfig, patches: number): number {
  if (connector.kind === 'resampler' || connector.kind === 'qformer') return connector.numQueries;
  return connector.kind === 'pixel_shuffle' ? Math.floor(patches / connector.factor ** 2) : patches;
}
