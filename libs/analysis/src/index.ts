export { axisEffects, type AxisEffect, type EffectInput } from './axis-effects.js';
export { bestCell, cellMeans, type CellMean, type Score } from './cell-means.js';
export { meanInterval, type MeanInterval } from './mean-interval.js';
