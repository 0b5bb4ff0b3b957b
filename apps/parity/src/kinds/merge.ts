import { Graph, gatherRows, concat, reshape, type TensorData, type Value } from '@ablate/tensor';
import { IMAGE_ID, layOut, mergeRow, NO_TARGET } from '@ablate/vlm';
import type { Tolerance } from '../checks.js';
import { readJson, readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { runOnce, setGradients, weightedSum } from './graphs.js';

interface Merge {
  readonly name: string;
  readonly prefix: string;
  readonly rows: readonly string[];
  readonly image_features: readonly [images: number, tokens: number, width: number];
  readonly tokenizer_model_max_length: number | null;
  readonly tokenizer_padding_side: 'right' | 'left';
  readonly attention_mask_given: boolean;
  readonly error?: string | null;
}
type Tensors = Readonly<Record<string, TensorData>>;

const rowOf = (tensor: TensorData, row: number): number[] => {
  const columns = tensor.shape[1]!;
  return [...(tensor.data as Int32Array).subarray(row * columns, (row + 1) * columns)].map(Number);
};

function mergedRows(merge: Merge, inputs: Tensors, vocabulary: number) {
  const { prefix, image_features, tokenizer_model_max_length: limit } = merge;
  const [features, imageTokens] = image_features;
  const used: number[] = [];
  let next = 0;
  const merged = merge.rows.map((_, b) => {
    const ids = rowOf(inputs[`${prefix}input_ids`]!, b);
    const mask = inputs[`${prefix}attention_mask`];
    const labels = inputs[`${prefix}labels`];
    const placeholders = ids.filter((id) => id === IMAGE_ID).length;
    const images = Array.from({ length: placeholders }, (_image, i) => next + i).filter((i) => i < features);
    // A row of text alone has a picture of its own in the reference, of which nothing is used.
    next += Math.max(1, placeholders);
    return mergeRow(
      {
        ids,
        labels: labels ? rowOf(labels, b) : ids.map(() => NO_TARGET),
        mask: mask ? rowOf(mask, b).map((value) => value === 1) : ids.map(() => true),
        images,
      },
      { vocabulary, imageTokens, maxLength: limit ?? Number.MAX_SAFE_INTEGER },
      used,
    );
  });
  return { merged, used };
}

const numbers = (tensor: TensorData): number[] => Array.from(tensor.data as ArrayLike<number>, Number);

/** Merged embeddings, labels, masks and positions, exactly; gradients to embeddings and image features. */
export const mergeKind: Kind = async (golden, checks, { executor }) => {
  const { tolerance, tolerance_grads } = golden.json as Record<'tolerance' | 'tolerance_grads', Tolerance>;
  const inputs = await readTensors(golden, 'inputs.safetensors');
  const expected = await readTensors(golden, 'expected.safetensors');
  const embedding = inputs['embedding']!;
  const [vocabulary, width] = embedding.shape as [number, number];
  for (const merge of readJson<Merge[]>(golden, 'cases.json')) {
    const { name, prefix } = merge;
    const { merged, used } = mergedRows(merge, inputs, vocabulary);
    const imageTokens = merge.image_features[1];
    const length = Math.max(...merged.map(({ rows }) => rows.length));
    const laid = layOut(merged, length, vocabulary + used.length * imageTokens, merge.tokenizer_padding_side);
    if (merge.error) {
      // Too few features: the last image serves the placeholders beyond.
      checks.same(`${name} (reference fails)`, laid.rows.length, merged.length * length);
      continue;
    }
    const wanted = expected[`${prefix}inputs_embeds`]!;
    checks.same(`${name}: shape`, [merged.length, length, width], wanted.shape);
    const labels = expected[`${prefix}labels`];
    if (labels) checks.same(`${name}: labels`, [...laid.labels], numbers(labels));
    const mask = expected[`${prefix}attention_mask`];
    if (mask) checks.same(`${name}: attention_mask`, laid.mask.map(Number), numbers(mask));
    const positions = expected[`${prefix}position_ids`];
    if (positions) checks.same(`${name}: position_ids`, [...laid.positions], numbers(positions));

    const features = inputs[`${prefix}image_features`]!;
    const graph = new Graph();
    const table = graph.input('embedding', embedding.shape);
    const pictures = graph.input('image_features', features.shape);
    const output = gather(graph, table, pictures, used, imageTokens, [merged.length, length]);
    graph.setOutput('inputs_embeds', output);
    const gradientNames = Object.keys(expected).filter((key) => key.startsWith(`${prefix}grad_`));
    const sources: Record<string, Value> = { embedding: table, image_features: pictures };
    const wrt = new Map(
      gradientNames.map((key) => [key, sources[key.slice(`${prefix}grad_`.length)]!] as const),
    );
    if (wrt.size > 0) setGradients(weightedSum(output, 'grad_output'), wrt);
    const results = await runOnce(executor, graph, {
      embedding,
      image_features: features,
      rows: { dtype: 'int32', shape: [merged.length, length], data: laid.rows },
      grad_output: inputs[`${prefix}grad_output`]!,
    });
    checks.close(`${name}: inputs_embeds`, results['inputs_embeds'], wanted, tolerance);
    for (const key of gradientNames) checks.close(key, results[key], expected[key]!, tolerance_grads);
  }
};

/** Rows of [embedding table, tokens of the images used, one zero row]. */
function gather(
  graph: Graph,
  table: Value,
  pictures: Value,
  used: readonly number[],
  imageTokens: number,
  shape: readonly number[],
): Value {
  const width = table.shape[1]!;
  const zero = graph.constant({ dtype: 'float32', shape: [1, width], data: new Float32Array(width) });
  const tokens = used.flatMap((image) =>
    Array.from({ length: imageTokens }, (_, t) => image * imageTokens + t),
  );
  const chosen = graph.constant({ dtype: 'int32', shape: [tokens.length], data: Int32Array.from(tokens) });
  const all = reshape(pictures, [-1, width]);
  const parts = tokens.length > 0 ? [table, gatherRows(all, chosen), zero] : [table, zero];
  return gatherRows(concat(parts, 0), graph.input('rows', shape, 'int32'));
}
