export { canonicalJson, contentId } from './canonical.js';
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
