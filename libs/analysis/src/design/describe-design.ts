import { noncentralityFor } from '../power/power.js';
import { confounding } from './confounding.js';
import { optimality } from './optimality.js';
import { proposeDesign, type DesignProposal } from './propose-design.js';
import { termAliases, type TermAlias } from './term-aliases.js';

export interface PlannedDesign {
  readonly axes: Readonly<Record<string, readonly string[]>>;
  /** Cells that would run, by label. */
  readonly cells: readonly Readonly<Record<string, string>>[];
  /** Independent runs of each cell: seeds that share a stage count as one. */
  readonly seeds: number;
  /** Noise between seeds, in units of the score; null where it is not known. */
  readonly sd: number | null;
  /** Smallest difference worth finding, in units of the score; asks for a cheaper design. */
  readonly difference?: number;
}

export interface DesignDescription {
  readonly axes: readonly {
    readonly axis: string;
    readonly levels: number;
    readonly status: 'estimable' | 'partly' | 'aliased';
    /** Smallest difference of any two of its levels found with 80 % power; null without a known noise, an error, or where none can be told. */
    readonly detectable: number | null;
  }[];
  /** Main effects and two-way interactions that the cells cannot tell apart; empty for designs too large to ask. */
  readonly confounded: readonly TermAlias[];
  /** What always changes together, or follows from something else. */
  readonly aliases: readonly string[];
  readonly dfResidual: number;
  /** Fewer cells that still find `difference` on every axis; null where none was asked for or none exists. */
  readonly cheaper: DesignProposal | null;
}

/** Exchange over more candidates would take longer than reading the plan. */
const MOST_CANDIDATES = 200;
/** Pairs of terms grow with the fourth power of the axes. */
const MOST_AXES = 8;

/** What a design can tell about main effects before anything runs. Throws a RangeError for a cell without a level of each axis. */
export function describeDesign({ axes, cells, seeds, sd, difference }: PlannedDesign): DesignDescription {
  const varying = Object.fromEntries(
    Object.entries(axes)
      .map(
        ([axis, levels]) =>
          [axis, levels.filter((level) => cells.some((cell) => cell[axis] === level))] as const,
      )
      .filter(([, levels]) => levels.length > 1),
  );
  const names = Object.keys(varying);
  if (names.length === 0) return { axes: [], confounded: [], aliases: [], dfResidual: 0, cheaper: null };
  const rows = cells.map((cell) => Object.fromEntries(names.map((axis) => [axis, cell[axis] ?? '-'])));
  const report = confounding(names, rows);
  const { pairs, rank } = optimality(rows, { axes: varying });
  const dfResidual = rows.length * seeds - rank;
  const factor =
    sd === null || dfResidual < 1 ? null : (noncentralityFor(dfResidual) * sd) / Math.sqrt(seeds);
  const detectableOn = (axis: string): number | null => {
    const own = pairs.filter((pair) => pair.axis === axis).flatMap(({ seOverSigma }) => seOverSigma ?? []);
    return factor === null || own.length === 0 ? null : factor * Math.max(...own);
  };
  const found =
    sd !== null && sd > 0 && difference !== undefined && rows.length <= MOST_CANDIDATES
      ? proposeDesign({ axes: varying, cells: rows, difference, sd, seeds })
      : null;
  return {
    axes: report.axes.map(({ axis, levels, status }) => ({
      axis,
      levels: levels.length,
      status,
      detectable: detectableOn(axis),
    })),
    confounded: rows.length <= MOST_CANDIDATES && names.length <= MOST_AXES ? termAliases(varying, rows) : [],
    aliases: report.pairs.flatMap(({ a, b, relation }) => {
      if (relation === 'none') return [];
      if (relation === 'same') return [`${a} and ${b} always change together: no run can tell them apart.`];
      const [first, second] = relation === 'a_determines_b' ? [a, b] : [b, a];
      return [`${second} follows from ${first}: what ${second} does by itself cannot be told.`];
    }),
    dfResidual,
    cheaper: found !== null && found.cells.length < rows.length ? found : null,
  };
}
