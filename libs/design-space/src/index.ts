export { canonicalJson, contentId } from './canonical.js';
export { expand } from './expand.js';
export { isObjectLevel, levelLabel, levelName, shortLabel } from './levels.js';
export { suggest } from './nearest.js';
export { orderSpec } from './order-spec.js';
export { readSeeds } from './seeds.js';
export type {
  Cell,
  Condition,
  DesignSpec,
  EarlyStopSpec,
  Expansion,
  GridSpec,
  JsonValue,
  Level,
  Levels,
  ObjectLevel,
  ResourcesSpec,
  Scalar,
  Seeds,
  SeedSpec,
} from './spec.js';
export { KNOWN_AXES } from './validate.js';
