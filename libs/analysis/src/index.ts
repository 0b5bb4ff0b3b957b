export { cellMeans, type CellMean, type Score } from './cell-means.js';
export { associate, type Association } from './composite/association.js';
export { composite, type Composite, type Sense } from './composite/composite.js';
export { paretoFront, type Front, type Objective } from './composite/pareto.js';
export * from './corrections.js';
export { aliasedGroups, confounding, joinAxes, type Confounding } from './design/confounding.js';
export { describeDesign, type DesignDescription } from './design/describe-design.js';
export { fractionalDesign, type FractionalDesign } from './design/fractional.js';
export { proposeDesign, type DesignProposal, type DesignQuestion } from './design/propose-design.js';
export { optimality, type Optimality } from './design/optimality.js';
export * from './distributions/basic.js';
export { noncentralFSf, noncentralTCdf, noncentralTSf } from './distributions/noncentral.js';
export { studentizedRangeQuantile, studentizedRangeSf } from './distributions/studentized-range.js';
export { analyseEffects, type EffectsInput, type EffectsReport } from './effects/analyse-effects.js';
export { describeCells, type CellsReport } from './describe-cells.js';
export { analyseNested, type NestedInput, type NestedReport } from './nested/analyse-nested.js';
export { mixedModel, type MixedModel } from './nested/mixed-model.js';
export { pairedT, type PairedT } from './paired/paired-t.js';
export { pairedVsBaseline, type PairedReport } from './paired/paired-vs-baseline.js';
export { wilcoxon, type Wilcoxon } from './paired/wilcoxon.js';
export * from './power/power.js';
export { bootstrapMean, type Bootstrap } from './questions/bootstrap.js';
export {
  compareQuestions,
  questionDifferences,
  type QuestionsComparison,
} from './questions/compare-questions.js';
export { mcnemar, type McNemar } from './questions/mcnemar.js';
export { signFlip, signFlipSampled, type SignFlip } from './questions/sign-flip.js';
export { resamples, seededRandom, type Random } from './random.js';
export { seedNoise, type SeedNoise } from './seed-noise.js';
export { summarise, type SampleSummary } from './sample-summary.js';
export * from './simulate/coverage.js';
export { factorsOf, type Factor } from './linear/factors.js';
export { explainModel } from './effects/explain.js';
export type { ModelEffects } from './effects/model-effects.js';
export { isItNoise, shownP, type ErrorSource, type NoiseAnswer, type NoiseQuestion } from './is-it-noise.js';
export type { Estimate } from './linear/estimate.js';
export type { Run } from './linear/runs.js';
export { meanInterval, type MeanInterval } from './mean-interval.js';
export { answerEffects, type AnswerInput, type EffectsAnswer } from './answer/answer-effects.js';
