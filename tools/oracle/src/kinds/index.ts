import type { OracleCase } from '../oracle-case.js';
import { cellMeans, holmLists, paired } from './cells.js';
import { distributions } from './distributions.js';
import { effects, effectsGenerated } from './effects.js';
import { nested } from './nested.js';

/** For each kind of case, its answers. */
export const kinds: Readonly<Record<string, (asked: OracleCase) => object>> = {
  cell_means: cellMeans,
  distributions,
  effects,
  effects_generated: effectsGenerated,
  holm: holmLists,
  nested,
  paired_vs_baseline: paired,
};
