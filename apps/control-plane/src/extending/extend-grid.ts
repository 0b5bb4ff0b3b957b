import { explainDifference } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import type { Levels } from '@ablate/design-space';
import type { NewStage } from '@ablate/storage';

/** A run as it is there. */
export interface OldRun {
  readonly id: string;
  readonly cell: string;
  readonly seed: number;
  readonly stages: readonly { readonly key: string; readonly name: string; readonly inputs: unknown }[];
}

export interface OldGrid {
  readonly axes: readonly string[];
  readonly baseline: string | null;
  readonly cells: readonly { readonly id: string; readonly label: string; readonly levels: Levels }[];
  readonly runs: readonly OldRun[];
}

/** The grid that is to be added. */
export interface NewGrid {
  readonly axes: readonly string[];
  /** Content id of its baseline, whether or not it is among the cells. */
  readonly baseline: string;
  readonly cells: readonly { readonly id: string; readonly levels: Levels }[];
  readonly runs: readonly {
    readonly cell: string;
    readonly seed: number;
    readonly stages: readonly string[];
  }[];
  readonly stages: ReadonlyMap<string, NewStage>;
}

/** Set differences between a grid and what is there. */
export interface Extension {
  /** Old cells whose levels gain a new axis: old id -> new id. */
  readonly placed: ReadonlyMap<string, string>;
  readonly cells: readonly { readonly id: string; readonly levels: Levels }[];
  readonly runs: readonly {
    readonly cell: string;
    readonly seed: number;
    readonly stages: readonly string[];
  }[];
  /** Old runs that get more evaluations. */
  readonly grown: readonly { readonly run: string; readonly stages: readonly string[] }[];
  /** Keys that the experiment did not have, parents before children. */
  readonly stages: readonly string[];
}

const at = (cell: string, seed: number): string => `${cell} ${seed}`;

const levelsOn = (levels: Levels, axes: readonly string[]): string =>
  JSON.stringify(axes.map((axis) => levels[axis] ?? null));

/** Old cells on new axes: each takes the level that it ran with, which the run's own stages tell. */
function place(before: OldGrid, after: NewGrid): Map<string, string> {
  const fresh = after.axes.filter((axis) => !before.axes.includes(axis));
  const ids = new Set(after.cells.map(({ id }) => id));
  const placed = new Map<string, string>();
  if (fresh.length === 0) return placed;
  const runs = new Map(after.runs.map((run) => [at(run.cell, run.seed), new Set(run.stages)]));
  const trainingsOf = ({ stages }: OldRun) => stages.filter(({ name }) => !name.startsWith('evaluate:'));
  const byLevels = new Map<string, string[]>();
  for (const { id, levels } of after.cells) {
    const key = levelsOn(levels, before.axes);
    byLevels.set(key, [...(byLevels.get(key) ?? []), id]);
  }
  for (const cell of before.cells) {
    if (ids.has(cell.id)) continue;
    const own = before.runs.filter((run) => run.cell === cell.id);
    const found = (byLevels.get(levelsOn(cell.levels, before.axes)) ?? []).find((id) =>
      own.every((run) => {
        const keys = runs.get(at(id, run.seed));
        return keys !== undefined && trainingsOf(run).every(({ key }) => keys.has(key));
      }),
    );
    if (found === undefined)
      throw new AblateError(
        'NO_LEVEL_FOR_OLD_CELLS',
        `Cell "${cell.label}" has no place on the new axis ${fresh.join(', ')}.`,
        {
          path: `axes.${fresh[0]!}`,
          value: cell.id,
          rule: 'A new axis lists the level that the cells which are there ran with, and the grid keeps all their levels and seeds.',
          fix: `Add that level to ${fresh.join(', ')} and keep the earlier levels and seeds in the file, or submit the grid as an experiment of its own.`,
        },
      );
    placed.set(cell.id, found);
  }
  return placed;
}

const plain = (value: unknown): string => (value === undefined ? 'absent' : JSON.stringify(value));

/** A run that both have must be the same run. */
function checkSame(old: OldRun, key: string, after: NewGrid): void {
  const stage = after.stages.get(key)!;
  const known = old.stages.find(({ name }) => name === stage.name);
  if (!known && stage.kind === 'evaluate') return;
  if (known?.key === key) return;
  const [difference] = known ? explainDifference(known.inputs, stage.inputs) : [];
  const what = difference
    ? `${difference.path} was ${plain(difference.a)} and would be ${plain(difference.b)}`
    : 'it had no such stage';
  throw new AblateError('OTHER_RUN', `Run ${old.id} would have another "${stage.name}": ${what}.`, {
    path: difference?.path ?? stage.name,
    value: difference?.b ?? null,
    rule: 'Runs that are there stay what they are; an extension adds to them.',
    fix: 'Leave in the grid what these runs were made with. Where a newer build, other folders or another numerics class make the difference, submit the grid as an experiment of its own.',
  });
}

function checkBaseline(before: OldGrid, after: NewGrid, placed: ReadonlyMap<string, string>): void {
  if (before.baseline === null) return;
  const now = placed.get(before.baseline) ?? before.baseline;
  if (now === after.baseline) return;
  throw new AblateError('NOT_AN_EXTENSION', 'An extension cannot change the baseline.', {
    path: 'baseline',
    value: after.baseline,
    rule: 'Everything in an experiment is compared with one cell.',
    fix: 'Name the same levels under baseline (the first ones where it names none), or submit the grid as an experiment of its own.',
  });
}

/** What a grid adds: nothing that is there changes. `matching` holds the new grid with the seeds of both, to recognise old runs by. */
export function extendGrid(before: OldGrid, after: NewGrid, matching: NewGrid): Extension {
  const placed = place(before, matching);
  checkBaseline(before, after, placed);
  const runs = new Map(before.runs.map((run) => [at(placed.get(run.cell) ?? run.cell, run.seed), run]));
  const cells = new Set(before.cells.map(({ id }) => placed.get(id) ?? id));
  const own = new Set(before.runs.flatMap(({ stages }) => stages.map(({ key }) => key)));
  const grown: { run: string; stages: string[] }[] = [];
  const fresh: NewGrid['runs'][number][] = [];
  for (const run of after.runs) {
    const old = runs.get(at(run.cell, run.seed));
    if (!old) {
      fresh.push(run);
      continue;
    }
    for (const key of run.stages) checkSame(old, key, after);
    const more = run.stages.filter((key) => !old.stages.some((stage) => stage.key === key));
    if (more.length > 0) grown.push({ run: old.id, stages: more });
  }
  const used = new Set([...fresh, ...grown].flatMap(({ stages }) => stages));
  if (fresh.length === 0 && grown.length === 0)
    throw new AblateError('NOTHING_NEW', 'The grid adds nothing to this experiment.', {
      path: 'axes',
      value: after.cells.length,
      rule: 'At least one cell, seed or benchmark that is not there.',
      fix: 'Add a level, a seed or a benchmark.',
    });
  return {
    placed,
    cells: after.cells.filter(({ id }) => !cells.has(id)),
    runs: fresh,
    grown,
    stages: [...after.stages.keys()].filter((key) => used.has(key) && !own.has(key)),
  };
}
