import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backboneCost } from '@ablate/catalogue';
import { toErrorShape, type AblateErrorShape } from '@ablate/errors';
import { describeBackbone, DigestCache, indexBackbone } from '@ablate/storage';
import { checkWeights, loadImageProcessor, loadTokenizer } from '@ablate/vlm';
import { measuredFlops } from './measured-flops.js';

/** What `ablate doctor --models` asks for: one JSON argument. */
interface Request {
  readonly folder: string;
  /** File that remembers digests. */
  readonly digests: string;
}

/** What a folder is, whether a grid can use it, and what it costs here. */
interface Finding {
  readonly path: string;
  readonly kind: 'encoder' | 'llm' | null;
  readonly architecture: string | null;
  readonly supported: boolean;
  readonly parameters: number | null;
  /** By strategy, for one sample at a time. */
  readonly trainMiB: Readonly<Record<string, number>> | null;
  /** Of samples of 36 + 92 tokens in the last stage of strategy `base`. */
  readonly secondsPer1000: number | null;
  readonly basis: 'estimated';
  readonly problems: readonly AblateErrorShape[];
}

const namesOf = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true }).catch(() => []))
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !/^\.|\.tmp-/.test(entry.name))
    .map(({ name }) => name)
    .sort();

const hasConfig = async (folder: string): Promise<boolean> =>
  (await readdir(folder).catch((): string[] => [])).includes('config.json');

/** The folder itself, or those in it; one without config.json whose own folders have one (`owner/name`) stands for these. */
async function checkpointsIn(folder: string, depth = 2): Promise<string[]> {
  if (await hasConfig(folder)) return [folder];
  const inside = (await namesOf(folder)).map((name) => join(folder, name));
  if (depth === 0 || inside.length === 0) return depth === 2 ? [] : [folder];
  const found = await Promise.all(inside.map((path) => checkpointsIn(path, depth - 1)));
  return found.flat();
}

/** What config.json calls itself, supported or not. */
async function modelType(folder: string): Promise<string | null> {
  try {
    const json = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as { model_type?: unknown };
    return typeof json.model_type === 'string' ? json.model_type : null;
  } catch {
    return null;
  }
}

async function inspect(path: string, digests: DigestCache, flopsPerSecond: number): Promise<Finding> {
  const unknown: Omit<Finding, 'problems'> = {
    path,
    kind: null,
    architecture: null,
    supported: false,
    parameters: null,
    trainMiB: null,
    secondsPer1000: null,
    basis: 'estimated',
  };
  let known: typeof unknown = { ...unknown, architecture: await modelType(path) };
  try {
    const { kind, architecture } = await describeBackbone(path);
    known = { ...unknown, kind, architecture };
    const entry = await indexBackbone(path, digests);
    const { bytes, flops } = backboneCost(entry);
    known = {
      ...known,
      parameters: entry.parameters,
      trainMiB: Object.fromEntries(
        Object.entries(bytes).map(([strategy, peak]) => [strategy, Math.ceil(peak / 2 ** 20)]),
      ),
      secondsPer1000: Number(((1000 * flops) / flopsPerSecond).toPrecision(3)),
    };
    await checkWeights(path, entry.kind);
    if (entry.kind === 'llm') await loadTokenizer(path);
    else await loadImageProcessor(path);
    return { ...known, supported: true, problems: [] };
  } catch (error) {
    return { ...known, problems: [toErrorShape(error)] };
  }
}

const request = JSON.parse(process.argv[2]!) as Request;
const digests = await DigestCache.open(request.digests);
const flops = await measuredFlops();
const findings: Finding[] = [];
for (const path of await checkpointsIn(request.folder)) findings.push(await inspect(path, digests, flops));
await digests.save();
process.stdout.write(JSON.stringify(findings));
