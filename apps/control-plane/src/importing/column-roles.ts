import { KNOWN_AXES, suggest } from '@ablate/design-space';
import { tableError } from './where.js';

/** What a column is: an axis, the metric's name, a score, the seed, a note, or nothing that counts. */
export type Role =
  | { readonly kind: 'axis'; readonly axis: string }
  | { readonly kind: 'metric' | 'score' | 'seed' | 'note' | 'ignore' };

const AXIS_NAMES: Readonly<Record<string, readonly string[]>> = {
  encoder: ['vision', 'visual_encoder', 'vision_encoder', 'image_encoder', 'vision_tower', 'vision_backbone'],
  connector: ['projector', 'mm_projector', 'adapter', 'vision_language_connector'],
  llm: ['language_model', 'slm', 'small_language_model', 'llm_backbone', 'language_backbone'],
  data: ['data_recipe', 'dataset', 'data_mix', 'data_mixture', 'training_data'],
  strategy: ['training_recipe', 'recipe', 'training_strategy', 'train_recipe'],
};
const OTHER_NAMES = {
  metric: ['benchmark', 'metric', 'task', 'evaluation'],
  score: ['score', 'value', 'result'],
  seed: ['seed', 'random_seed', 'run_seed'],
  note: [
    'source',
    'sources',
    'note',
    'notes',
    'comment',
    'comments',
    'reference',
    'remark',
    'remarks',
    'url',
  ],
} as const;
const SPECIAL = [...Object.keys(OTHER_NAMES), 'ignore'] as readonly Exclude<Role['kind'], 'axis'>[];

const plain = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_|_$/g, '');

const OBVIOUS: ReadonlyMap<string, Role> = new Map<string, Role>([
  ...KNOWN_AXES.flatMap((axis) =>
    [axis, ...(AXIS_NAMES[axis] ?? [])].map((name) => [name, { kind: 'axis', axis }] as const),
  ),
  ...Object.entries(OTHER_NAMES).flatMap(([kind, names]) =>
    names.map((name) => [name, { kind: kind as keyof typeof OTHER_NAMES }] as const),
  ),
]);

/** What `--map from=to` makes of a column: a special role by its name, else an axis of that name. */
function roleOf(target: string): Role {
  const special = SPECIAL.find((kind) => kind === target || (target === 'benchmark' && kind === 'metric'));
  if (special) return { kind: special };
  return OBVIOUS.get(plain(target)) ?? { kind: 'axis', axis: target };
}

/** A dotted path into the run config is an axis by its form. */
const dotted = (name: string): Role | undefined =>
  /^[A-Za-z]\w*(\.\w+)+$/.test(name) ? { kind: 'axis', axis: name } : undefined;

function check(file: string, roles: ReadonlyMap<string, Role>): void {
  const of = (kind: Role['kind']): string[] =>
    [...roles].flatMap(([name, role]) => (role.kind === kind ? [name] : []));
  const [scores, metrics, seeds] = [of('score'), of('metric'), of('seed')];
  const refuse = (names: readonly string[], what: string, fix: string): never => {
    throw tableError(
      'BAD_COLUMNS',
      `'${file}' has ${what}${names.length > 0 ? `: ${names.join(', ')}` : ''}.`,
      file,
      {
        line: 1,
        value: [...names],
        rule: 'one column of scores with one that names the benchmark, or a column of scores for each benchmark; each axis once',
        fix,
      },
    );
  };
  if (scores.length === 0)
    refuse([...roles.keys()], 'no column of scores', 'Name one `score`, or map one: --map COLUMN=score.');
  if (metrics.length > 1 || seeds.length > 1)
    refuse(
      metrics.length > 1 ? metrics : seeds,
      'two columns for one thing',
      'Map one of them: --map COLUMN=note.',
    );
  if (metrics.length === 1 && scores.length > 1)
    refuse(
      scores,
      'several columns of scores beside one of benchmarks',
      'Map the others: --map COLUMN=note.',
    );
  const axes = [...roles].flatMap(([name, role]) =>
    role.kind === 'axis' ? [[role.axis, name] as const] : [],
  );
  for (const [axis] of axes) {
    const same = axes.filter(([other]) => other === axis).map(([, name]) => name);
    if (same.length > 1)
      refuse(same, `several columns for the axis '${axis}'`, 'Map one of them: --map COLUMN=AXIS.');
  }
}

/**
 * The role of every column: by `--map` first, else by its obvious name. A column that nobody has a role for is refused, never dropped.
 * Several columns of scores are one benchmark each, named by their headers.
 */
export function columnRoles(
  file: string,
  columns: readonly string[],
  map: Readonly<Record<string, string>>,
): ReadonlyMap<string, Role> {
  for (const [from, to] of Object.entries(map))
    if (!columns.includes(from) || to === '')
      throw tableError(
        'BAD_MAP',
        to === ''
          ? `--map ${from}= says nothing.`
          : `--map ${from}=${to}: '${file}' has no column '${from}'.`,
        file,
        {
          line: 1,
          value: `${from}=${to}`,
          rule: `a column of the table (${columns.join(', ')}) = an axis, metric, score, seed, note or ignore`,
          fix: suggest(from, columns),
        },
      );
  const roles = new Map(
    columns.map((name) => {
      const target = map[name];
      const role = target === undefined ? (OBVIOUS.get(plain(name)) ?? dotted(name)) : roleOf(target);
      if (!role)
        throw tableError('UNKNOWN_COLUMN', `Nothing says what the column '${name}' of '${file}' is.`, file, {
          line: 1,
          column: name,
          value: name,
          rule: `an obvious name (${[...KNOWN_AXES, 'benchmark', 'score', 'seed', 'source'].join(', ')} and their like) or a mapping`,
          fix: `Add --map ${name}=AXIS for an axis, --map ${name}=score for a benchmark's scores, --map ${name}=note to keep it as a note, or --map ${name}=ignore.`,
        });
      return [name, role] as const;
    }),
  );
  check(file, roles);
  return roles;
}
