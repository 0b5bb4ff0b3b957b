import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageConfig, TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import type {
  ArtifactStore,
  Inventory,
  Lease,
  ResultRepository,
  StageRepository,
  Wanted,
} from '@ablate/storage';

interface Sources {
  readonly inventoryOf: (wanted: Wanted) => Promise<Inventory>;
  readonly artifacts: ArtifactStore;
  readonly stages: StageRepository;
  readonly results: ResultRepository;
}

const other = (kind: string, id: string, expected: string, actual: string | undefined): AblateError =>
  new AblateError(
    actual === undefined ? 'NOT_HERE' : 'OTHER_CONTENT',
    `${kind} "${id}" ${actual === undefined ? 'is not on this machine' : 'has other content than the stage was planned with'}.`,
    {
      path: id,
      value: actual ?? null,
      rule: `Its digest is ${expected}.`,
      fix: 'Give the worker the same folders as the control plane, then retry.',
    },
  );

function checkBackbones({ encoder, llm }: TrainStageConfig, { index }: Inventory): void {
  for (const { id, digest } of [encoder, llm]) {
    const found = index.backbones.find((entry) => entry.id === id)?.digest;
    if (found !== digest) throw other('backbone', id, digest, found);
  }
}

/** Refuses folders whose content is not what the stage's key says. */
function checkDigests(config: StageConfig, inventory: Inventory): void {
  const { index } = inventory;
  if (config.kind === 'evaluate') {
    const { id, digest } = config.benchmark;
    const found = index.benchmarks.find((entry) => entry.id === id)?.digest;
    if (found !== digest) throw other('benchmark', id, digest, found);
    return;
  }
  checkBackbones(config, inventory);
  const { recipe, part, digest } = config.data;
  const found = index.recipes.find((entry) => entry.id === recipe)?.parts[part]?.digest;
  if (found !== digest) throw other('data recipe', `${recipe}/${part}`, digest, found);
}

/** Backbones that trainings name. */
export const modelsOf = (configs: readonly StageConfig[]): readonly string[] =>
  configs.flatMap((config) => (config.kind === 'train' ? [config.encoder.id, config.llm.id] : []));

/** What a stage reads; its parents' data is behind it. */
const wantedBy = (config: StageConfig, parents: readonly StageConfig[]): Wanted => ({
  models: modelsOf([config, ...parents]),
  data: config.kind === 'train' ? [config.data.recipe] : [],
  benchmarks: config.kind === 'evaluate' ? [config.benchmark.id] : [],
});

/** Configs of stages, in the order of their keys. */
export async function configsOf(
  keys: readonly string[],
  stages: StageRepository,
): Promise<readonly StageConfig[]> {
  const rows = await stages.find(keys);
  return keys.map((key) => rows.find((row) => row.key === key)!.config as unknown as StageConfig);
}

/** Finished trainings with their weights, which are checked against their digests, as their backbones are. */
export async function readParents(
  keys: readonly string[],
  configs: readonly StageConfig[],
  inventory: Inventory,
  { artifacts, results }: Pick<Sources, 'artifacts' | 'results'>,
): Promise<TrainerJob['parents']> {
  for (const config of configs) if (config.kind === 'train') checkBackbones(config, inventory);
  const files = await results.artifacts(keys);
  return Promise.all(
    keys.map(async (stageKey, i) => {
      const sha256 = files.find(
        (file) => file.stageKey === stageKey && file.name === 'model.safetensors',
      )!.sha256;
      return { stageKey, config: configs[i]!, modelFile: await artifacts.verified(sha256) };
    }),
  );
}

/** Writes an attempt's job file in its own folder and returns its path. Parents' files are checked against their digests. */
export async function prepareJob(
  { stage, attemptId, checkpoint }: Lease,
  sources: Sources,
  backend: string,
  threads: number,
): Promise<string> {
  const { inventoryOf, artifacts, stages } = sources;
  const config = stage.config as unknown as StageConfig;
  const parentConfigs = await configsOf(stage.parents, stages);
  const inventory = await inventoryOf(wantedBy(config, parentConfigs));
  checkDigests(config, inventory);
  const parents = await readParents(stage.parents, parentConfigs, inventory, sources);
  const outputDir = await artifacts.makeAttemptDir(attemptId);
  const job: TrainerJob = {
    version: 1,
    stageKey: stage.key,
    config,
    backend,
    threads,
    outputDir,
    backbones: inventory.backbones,
    data: inventory.data,
    benchmarks: inventory.benchmarks,
    parents,
    resumeFrom: checkpoint === null ? null : join(artifacts.root, checkpoint.path),
  };
  const file = join(outputDir, 'job.json');
  await writeFile(file, `${JSON.stringify(job, null, 2)}\n`);
  return file;
}
