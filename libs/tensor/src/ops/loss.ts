import type { Value } from '../graph.js';
import { emit, fail, type GradientRules } from './rule.js';

/** Label of a row without a target. Source: torch.nn.CrossEntropyLoss `ignore_index`. */
export const IGNORE_INDEX = -100;

/** -log softmax(logits)[label] of each row: logits [N, V], int32 labels [N] (-100 = no target, loss 0) -> [N]. */
export function crossEntropy(logits: Value, labels: Value): Value {
  if (
    logits.shape.length !== 2 ||
    labels.shape.length !== 1 ||
    labels.shape[0] !== logits.shape[0] ||
    labels.dtype !== 'int32'
  ) {
    fail('crossEntropy', `logits [${logits.shape.join(', ')}] with labels [${labels.shape.join(', ')}]`);
  }
  const { shape, dtype } = logits;
  return logits.graph.add('crossEntropy', [logits, labels], {}, [
    { shape: [shape[0]!], dtype },
    { shape, dtype },
  ])[0]!;
}

export const lossGradients: GradientRules = {
  // (softmax - one hot) times the row's gradient, 0 for rows without a target; output 1 holds log-probabilities.
  crossEntropy: ({ inputs: [, labels], outputs: [, logProbabilities] }, [dy]) => [
    emit(
      'crossEntropyGradient',
      [logProbabilities!, labels!, dy!],
      {},
      logProbabilities!.shape,
      logProbabilities!.dtype,
    ),
    null,
  ],
};
