export { axisEffects, type AxisEffect, type EffectInput } from './axis-effects.js';
export { bestCell, cellMeans, type CellMean, type Score } from './cell-means.js';
export * from './corrections.js';
export * from './distributions/basic.js';
export { noncentralFSf, noncentralTCdf, noncentralTSf } from './distributions/noncentral.js';
export { studentizedRangeQuantile, studentizedRangeSf } from './distributions/studentized-range.js';
export { analyseEffects, type EffectsInput, type EffectsReport } from './effects/analyse-effects.js';
export type { Run } from './linear/runs.js';
export { meanInterval, type MeanInterval } from './mean-interval.js';
