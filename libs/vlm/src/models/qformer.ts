import type { ConnectorConfig } from '@ablate/catalogue';
import { add, broadcastTo, gelu, layerNorm, type Value } from '@ablate/tensor';
import { attend, mergeHeads, splitHeads } from './attention.js';
import {
  linear,
  linearSpecs,
  normal,
  normSpecs,
  prefixed,
  type Params,
  type ParameterSpec,
} from './params.js';
import { norm } from './vision-transformer.js';

type QFormerConfig = Extract<ConnectorConfig, { kind: 'qformer' }>;

const INIT = normal(0.02);
/** BERT's. */
const EPSILON = 1e-12;

/** Layers 0, 2, 4, ... attend to the image. */
const attendsToImage = (layer: number): boolean => layer % 2 === 0;

/** Parameters below `connector.`, named as in the Factory. */
export function qformerSpecs(config: QFormerConfig, vision: number, hidden: number): ParameterSpec[] {
  const { numQueries, depth, hidden: d, intermediate: f } = config;
  const attention = (name: string, seen: number): ParameterSpec[] =>
    prefixed(`${name}.`, [
      ...linearSpecs('self.query', d, d, INIT),
      ...linearSpecs('self.key', seen, d, INIT),
      ...linearSpecs('self.value', seen, d, INIT),
      ...linearSpecs('output.dense', d, d, INIT),
      ...normSpecs('output.LayerNorm', d),
    ]);
  const layer = (i: number): ParameterSpec[] =>
    prefixed(`bert.encoder.layer.${i}.`, [
      ...attention('attention', d),
      ...(attendsToImage(i) ? attention('crossattention', vision) : []),
      ...linearSpecs('intermediate_query.dense', d, f, INIT),
      ...linearSpecs('output_query.dense', f, d, INIT),
      ...normSpecs('output_query.LayerNorm', d),
    ]);
  return [
    { name: 'query_tokens', shape: [1, numQueries, d], init: INIT },
    ...Array.from({ length: depth }, (_, i) => layer(i)).flat(),
    ...linearSpecs('projector', d, hidden, INIT),
  ];
}

/** Attention from x to `seen` with its residual and norm. Source: BERT's `BertAttention`, post-norm. */
function attention(params: Params, heads: number, x: Value, seen: Value): Value {
  const attended = attend(
    splitHeads(linear(params, 'self.query', x), heads),
    splitHeads(linear(params, 'self.key', seen), heads),
    splitHeads(linear(params, 'self.value', seen), heads),
    null,
  );
  const projected = linear(params, 'output.dense', mergeHeads(attended));
  return norm(params, 'output.LayerNorm', add(projected, x), EPSILON);
}

/**
 * Learned queries through BERT's layers, which attend to themselves and in every other layer to image tokens [B, N, V]; result
 * [B, Q, H]. The first norm has no parameters; dropout is not applied. Source: the Factory's `qformer.py`; Li et al. 2023.
 */
export function qformer(params: Params, config: QFormerConfig, features: Value): Value {
  const { numQueries, depth, hidden, heads } = config;
  const queries = params.get('query_tokens');
  const ones = broadcastTo(
    params.graph.constant({ dtype: 'float32', shape: [1], data: Float32Array.of(1) }),
    [hidden],
  );
  let x = broadcastTo(layerNorm(queries, ones, null, EPSILON), [features.shape[0]!, numQueries, hidden]);
  for (let i = 0; i < depth; i += 1) {
    const layer = params.at(`bert.encoder.layer.${i}.`);
    x = attention(layer.at('attention.'), heads, x, x);
    if (attendsToImage(i)) x = attention(layer.at('crossattention.'), heads, x, features);
    const inner = gelu(linear(layer, 'intermediate_query.dense', x));
    x = norm(layer, 'output_query.LayerNorm', add(linear(layer, 'output_query.dense', inner), x), EPSILON);
  }
  return linear(params, 'projector', x);
}
