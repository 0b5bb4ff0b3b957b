export * from './stage-config.js';
export * from './trainer-protocol.js';
export * from './catalogue-index.js';
export { BENCHMARKS, primaryMetric } from './benchmarks.js';
export { openElmLayers } from './layer-wise.js';
export { CONNECTORS, connectorParameters, connectorTokens } from './connectors.js';
export { backboneCost, type BackboneCost } from './backbone-cost.js';
export { estimateStage, type StageEstimate } from './costs.js';
export { resolveCell, resolveGrid, type ResolvedRun } from './resolve-grid.js';
export { DEFAULT_SYSTEM, type ResolvedStage } from './resolve-cell.js';
export {
  explainDifference,
  keyInputs,
  stageKey,
  TRAINER_VERSION,
  type Difference,
  type KeyContext,
  type KeyInputs,
} from './stage-key.js';
export { STRATEGIES } from './strategies.js';
export { isTarget } from './tuning.js';
