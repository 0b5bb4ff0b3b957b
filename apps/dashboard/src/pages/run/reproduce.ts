import type { GridSpec, Level } from '@ablate/design-space';
import type { RunDetail } from '@ablate/contracts';

/** A grid of this run alone: the same stages, so the same keys and the same bits. */
export function gridOfRun(
  spec: GridSpec,
  { levels, seed, experimentName }: Pick<RunDetail, 'levels' | 'seed' | 'experimentName'>,
): GridSpec {
  const { version, project, defaults, evaluate, seeds, resources } = spec;
  const redraws = typeof seeds === 'object' ? seeds.redraws : undefined;
  return {
    version,
    project,
    name: `${experimentName}-again`,
    axes: Object.fromEntries(Object.entries(levels).map(([axis, level]) => [axis, [level as Level]])),
    seeds: { values: [seed], ...(redraws ? { redraws } : {}) },
    ...(evaluate ? { evaluate } : {}),
    ...(defaults ? { defaults } : {}),
    ...(resources ? { resources } : {}),
  };
}
