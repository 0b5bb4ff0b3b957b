import type { QuestionsView } from '@ablate/contracts';
import { score, signed } from './format.js';

/** Two runs within one benchmark. */
export function questionsView(view: QuestionsView): string {
  const { benchmark, questions, first, second, firstMean, secondMean, difference, bootstrap, mcnemar } = view;
  return [
    `${benchmark}, ${questions} questions that both were asked:`,
    `  ${first}  ${score(firstMean)}`,
    `  ${second}  ${score(secondMean)}`,
    `Difference ${signed(difference)} [${signed(bootstrap.lo)}, ${signed(bootstrap.hi)}] (95 %, percentile of ${bootstrap.resamples} resamples of questions, seed ${bootstrap.seed}).`,
    ...(bootstrap.bca === null
      ? []
      : [
          `BCa interval [${signed(bootstrap.bca.lo)}, ${signed(bootstrap.bca.hi)}] (95 %, the same resamples).`,
        ]),
    ...(mcnemar === null
      ? []
      : [
          `McNemar: ${mcnemar.onlyFirstRight} right in the first alone, ${mcnemar.onlySecondRight} in the second alone, p ${mcnemar.p.toFixed(4)}.`,
        ]),
    view.sentence,
    'This compares two runs, not two designs: there is one seed each.',
  ].join('\n');
}
