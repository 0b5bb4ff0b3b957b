import type { OracleCase } from '../oracle-case.js';
import { distributions } from './distributions.js';
import { effects, effectsGenerated } from './effects.js';

/** For each kind of case, its answers. */
export const kinds: Readonly<Record<string, (asked: OracleCase) => object>> = {
  distributions,
  effects,
  effects_generated: effectsGenerated,
};
