import { describeCells, describeDesign } from '@ablate/analysis';
import { primaryMetric } from '@ablate/catalogue';
import type { Plan } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import type { Context } from '../context.js';
import { labelCells } from '../read/label-cells.js';
import { runTable } from '../read/run-table.js';
import type { ResolvedGrid } from './resolve-grid.js';

type Statistics = NonNullable<Plan['statistics']>;
type Confounded = ReturnType<typeof describeDesign>['confounded'][number];

/** Decompositions grow with the cube of the columns and the number of cells. */
const MOST_CELLS = 2000;
/** Newest experiments of the project that are asked for the noise. */
const ASKED = 5;

/** Noise between seeds from the newest experiment of the project that ran a cell of this metric twice. */
async function knownNoise(context: Context, project: string, metric: string): Promise<Statistics['noise']> {
  for (const experiment of await context.experiments.list(project, ASKED)) {
    const spec = experiment.spec as unknown as GridSpec;
    if (!(spec.evaluate ?? []).some((id) => metric.startsWith(`${id}/`))) continue;
    const table = await runTable(context, experiment, metric).catch(() => null);
    if (table === null || table.runs.every(({ score }) => score === null)) continue;
    const { sd, df } = describeCells(table).seedNoisePooled;
    if (sd !== null) return { sd, df, experiment: experiment.id };
  }
  return null;
}

/** Seeds draw every training again, or share some: then a cell's runs are one independent run. */
function independentRuns(spec: GridSpec, { runs, stages }: ResolvedGrid): { runs: number; shared: boolean } {
  const trainings = new Set(stages.flatMap(({ key, kind }) => (kind === 'train' ? [key] : [])));
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  const first = runs.filter(({ cell }) => cell === runs[0]?.cell);
  const shared = [...trainings].some((key) => first.filter((run) => run.stages.includes(key)).length > 1);
  return { runs: shared ? 1 : seeds, shared };
}

function aliasSentence({ a, b, extent }: Confounded): string {
  const [first, second] = [a.join(' x '), b.join(' x ')];
  return extent === 'all'
    ? `${first} and ${second} are aliased: what one of them does cannot be told from the other.`
    : `${first} and ${second} overlap: they can be told apart only in part.`;
}

/** What the grid's design can estimate, what it will find given the known noise, and a cheaper one for a stated difference. */
export async function planStatistics(
  context: Context,
  spec: GridSpec,
  grid: ResolvedGrid,
  difference: number | undefined,
): Promise<Plan['statistics']> {
  const { cells } = grid.expansion;
  const { index } = await context.inventory();
  const entry = index.benchmarks.find(({ id }) => id === spec.evaluate?.[0]);
  if (!entry || cells.length > MOST_CELLS) return null;
  const metric = primaryMetric(entry);
  const { axes, labels } = labelCells(spec, new Map(cells.map(({ id, levels }) => [id, levels])));
  const noise = await knownNoise(context, spec.project, metric);
  const independent = independentRuns(spec, grid);
  const design = describeDesign({
    axes,
    cells: cells.map(({ id }) => labels.get(id)!),
    seeds: independent.runs,
    sd: noise?.sd ?? null,
    ...(difference === undefined ? {} : { difference }),
  });
  const perCell = cells.length === 0 ? 0 : grid.runs.length / cells.length;
  return {
    metric,
    axes: [...design.axes],
    aliases: [...design.aliases, ...design.confounded.map(aliasSentence)],
    confounded: design.confounded.map(({ a, b, extent }) => ({ a: [...a], b: [...b], extent })),
    noise,
    independentRuns: independent.runs,
    cheaper: design.cheaper && {
      cells: design.cheaper.cells.map((cell) => ({ ...cell })),
      runs: Math.round(design.cheaper.cells.length * perCell),
      detectable: design.cheaper.detectable,
    },
    notes: [
      ...(independent.shared
        ? ['Seeds share a training: runs of a cell are nested and count as one independent run here.']
        : []),
      ...(noise === null ? [`Noise between seeds of ${metric} is not known in this project yet.`] : []),
      ...(difference !== undefined && noise !== null && design.cheaper === null
        ? ['No smaller design finds that difference on every axis.']
        : []),
    ],
  };
}
