import type { OracleCase } from '../oracle-case.js';
import { cellMeans, holmLists, paired } from './cells.js';
import { composites, pareto } from './composites.js';
import { confoundingSets, fractional, optimalities } from './designs.js';
import { distributions } from './distributions.js';
import { effects, effectsGenerated } from './effects.js';
import { nested } from './nested.js';
import { power } from './power.js';
import { published } from './published.js';
import { questions } from './questions.js';

/** For each kind of case, its answers. */
export const kinds: Readonly<Record<string, (asked: OracleCase) => object>> = {
  cell_means: cellMeans,
  composite: composites,
  designs_confounding: confoundingSets,
  designs_fractional: fractional,
  designs_optimality: optimalities,
  distributions,
  effects,
  effects_generated: effectsGenerated,
  holm: holmLists,
  nested,
  paired_vs_baseline: paired,
  pareto,
  power,
  published,
  questions_paired: questions,
};
