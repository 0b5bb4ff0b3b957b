import type { CellScore, Comparison } from '@ablate/contracts';
import { MISSING } from '../numbers.js';

type Cell = Comparison['cells'][number];

export interface PaperCell {
  readonly text: string;
  readonly mark: 'best' | 'second' | null;
}

/** The comparison as a paper prints it, before any markup. */
export interface PaperTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly PaperCell[])[];
  readonly caption: string;
}

export const plain = (text: string): PaperCell => ({ text, mark: null });

export const scoreOf = (cell: Cell, metric: string): CellScore | undefined =>
  cell.scores.find((score) => score.metric === metric);

/** Shares are printed in percent; scores that go beyond 1 as they are. */
export const isShare = ({ cells }: Comparison, metric: string): boolean =>
  cells.every((cell) => Math.abs(scoreOf(cell, metric)?.mean ?? 0) <= 1);

export const signedPoints = (value: number): string =>
  `${value > 0 ? '+' : value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`;

function columnsOf(comparison: Comparison, metric: string, id: string) {
  const share = isShare(comparison, metric);
  const scale = share ? 100 : 1;
  const scores = comparison.cells.map((cell) => scoreOf(cell, metric));
  const value = (score: CellScore | undefined): PaperCell => {
    if (!score) return plain(MISSING);
    const half = score.low === null ? '' : ` ± ${((score.mean - score.low) * scale).toFixed(1)}`;
    const mark = score.rank === 1 ? 'best' : score.rank === 2 ? 'second' : null;
    return { text: `${(score.mean * scale).toFixed(1)}${half}`, mark };
  };
  const change = (score: CellScore | undefined): PaperCell =>
    plain(score?.difference ? signedPoints(score.difference.mean * scale) : MISSING);
  const blind = (score: CellScore | undefined): PaperCell =>
    plain(score?.blind == null ? MISSING : (score.blind * scale).toFixed(1));
  return [
    { title: share ? `${metric} (%)` : metric, cells: scores.map(value) },
    ...(scores.some((score) => score?.difference) ? [{ title: 'Δ', cells: scores.map(change) }] : []),
    ...(scores.some((score) => score?.blind != null)
      ? [{ title: `${id} blind`, cells: scores.map(blind) }]
      : []),
  ];
}

/** Which seeds, and what they draw again. */
export function seedWords({ seeds, sharedBySeeds }: Pick<Comparison, 'seeds' | 'sharedBySeeds'>): string {
  if (seeds.length === 0) return 'published figures, whose seeds are not known';
  const scope =
    sharedBySeeds.length > 0
      ? `runs of a cell share ${sharedBySeeds.join(', ')} and are nested replicates`
      : 'seeds draw every stage again';
  return `${seeds.length === 1 ? 'seed' : 'seeds'} ${seeds.join(', ')}; ${scope}`;
}

/** Says n, seeds, what the seeds draw again, and the test. */
function captionOf({ experiment, cells, seeds, sharedBySeeds, notes }: Comparison): string {
  const counts = cells.flatMap(({ scores }) => scores.map(({ n }) => n));
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const n = counts.length === 0 ? '0' : least === most ? String(least) : `${least} to ${most}`;
  const has = (of: (score: CellScore) => unknown): boolean =>
    cells.some(({ scores }) => scores.some((score) => of(score) != null));
  return [
    `Mean of n = ${n} runs a cell (${seedWords({ seeds, sharedBySeeds })})`,
    has(({ low }) => low) ? ' ± half the 95 % t interval.' : '.',
    ' Best bold, second best underlined.',
    has(({ difference }) => difference) ? ' Δ: difference to the baseline, paired by seed.' : '',
    has(({ blind }) => blind) ? ' Blind: images shuffled between questions.' : '',
    ` Experiment ${experiment}.`,
    ...notes.map((note) => ` ${note}`),
  ].join('');
}

export function paperTable(comparison: Comparison): PaperTable {
  const columns = comparison.benchmarks.flatMap(({ metric, id }) => columnsOf(comparison, metric, id));
  const runsOf = ({ scores }: Cell): string => String(Math.max(0, ...scores.map(({ n }) => n)));
  return {
    head: ['cell', ...columns.map(({ title }) => title), 'n'],
    rows: comparison.cells.map((cell, i) => [
      plain(`${cell.label}${cell.baseline ? ' (baseline)' : ''}`),
      ...columns.map(({ cells }) => cells[i]!),
      plain(runsOf(cell)),
    ]),
    caption: captionOf(comparison),
  };
}
