import { createRequire } from 'node:module';
import type { ProvenanceView } from '@ablate/contracts';
import type { Experiment, Stage } from '@ablate/storage';
import type { Context } from '../context.js';

type Input = ProvenanceView['inputs'][number];
type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Whatever a stage's config names with a digest: backbones, data, benchmarks. */
const inputsOf = ({ config }: Stage): Input[] =>
  Object.entries(isObject(config) ? config : {}).flatMap(([role, value]) => {
    if (!isObject(value)) return [];
    const id = text(value['id']) ?? text(value['recipe']);
    const digest = text(value['digest']);
    return id === null || digest === null ? [] : [{ role, id, part: text(value['part']), digest }];
  });

/** The file of a published table. */
function tableOf(value: unknown): Input[] {
  const [id, digest] = isObject(value) ? [text(value['file']), text(value['sha256'])] : [null, null];
  return id === null || digest === null ? [] : [{ role: 'table', id, part: null, digest }];
}

const distinct = <T>(values: readonly T[]): T[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];
const hashed = (stage: Stage, field: string): unknown =>
  isObject(stage.inputs) ? stage.inputs[field] : undefined;

/** The version of a package that is installed beside this one; none where it is not. */
function versionOf(name: string): [string, string][] {
  try {
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return [[name, version]];
  } catch {
    return [];
  }
}

/** What an experiment's scores were made with. */
export async function describeProvenance(context: Context, experiment: Experiment): Promise<ProvenanceView> {
  const imported = experiment.kind === 'imported';
  const table = isObject(experiment.spec) ? experiment.spec['imported'] : undefined;
  const stages = imported ? [] : await context.experiments.stages(experiment.id);
  const numbers = stages.flatMap((stage) => hashed(stage, 'trainerVersion') ?? []);
  const classes = stages.flatMap((stage) => text(hashed(stage, 'numericsClass')) ?? []);
  return {
    experiment: experiment.id,
    kind: imported ? 'imported' : 'grid',
    trainers: distinct(numbers.map(Number)),
    numericsClasses: distinct(classes),
    devices: await context.details.devices(experiment.id),
    notBitExact: stages.filter(({ bitExact }) => !bitExact).length,
    inputs: distinct([...stages.flatMap(inputsOf), ...tableOf(table)]).sort((a, b) =>
      `${a.role} ${a.id} ${a.part}` < `${b.role} ${b.id} ${b.part}` ? -1 : 1,
    ),
    stageKeys: stages.map(({ name, key }) => ({ stage: name, key })),
    installed: Object.fromEntries([
      ...versionOf('@ablate/control-plane'),
      ['node', process.versions.node],
      ...versionOf('onnxruntime-node'),
    ]),
  };
}
