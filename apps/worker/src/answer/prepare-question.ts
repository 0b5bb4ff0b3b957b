import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import type {
  ArtifactStore,
  ExperimentRepository,
  Inventory,
  QuestionLease,
  ResultRepository,
  StageRepository,
  Wanted,
} from '@ablate/storage';
import type { AnswerJob } from '../answerer/job.js';
import { configsOf, modelsOf, readParents } from '../prepare-job.js';

interface Sources {
  readonly inventoryOf: (wanted: Wanted) => Promise<Inventory>;
  readonly artifacts: ArtifactStore;
  readonly experiments: ExperimentRepository;
  readonly stages: StageRepository;
  readonly results: ResultRepository;
}

/** Keys of a run's trainings in order, nearest last. */
async function trainingsOf(runId: string, { experiments, stages }: Sources): Promise<readonly string[]> {
  const run = await experiments.run(runId);
  const keys = run?.stages.map(({ stageKey }) => stageKey) ?? [];
  const rows = new Map((await stages.find(keys)).map((row) => [row.key, row]));
  const last = keys.findLast((key) => (rows.get(key)!.config as unknown as StageConfig).kind === 'train');
  if (last !== undefined) return [...rows.get(last)!.parents, last];
  throw new AblateError('NOTHING_TRAINED', `Run ${runId} has no training.`, {
    path: 'id',
    value: runId,
    rule: 'A run that was trained here.',
    fix: 'Ask another run.',
  });
}

/** Writes the job file of a question in a folder of its own and returns its path. Weights, backbones and picture are checked first. */
export async function prepareQuestion(
  { question }: QuestionLease,
  outputDir: string,
  sources: Sources,
  backend: string,
  threads: number,
): Promise<string> {
  const keys = await trainingsOf(question.runId, sources);
  const configs = await configsOf(keys, sources.stages);
  const inventory = await sources.inventoryOf({ models: modelsOf(configs), data: [], benchmarks: [] });
  const parents = await readParents(keys, configs, inventory, sources);
  const job: AnswerJob = {
    version: 1,
    backend,
    threads,
    outputDir,
    backbones: inventory.backbones,
    parents,
    imageFile: await sources.artifacts.verified(question.imageSha256),
    question: question.question,
    maxNewTokens: question.maxNewTokens,
  };
  const file = join(outputDir, 'job.json');
  await writeFile(file, `${JSON.stringify(job, null, 2)}\n`);
  return file;
}
