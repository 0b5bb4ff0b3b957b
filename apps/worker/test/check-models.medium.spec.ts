import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from '@jest/globals';
import { writeTinyEncoder, writeTinyLlm } from '@ablate/vlm/testing';

const program = fileURLToPath(new URL('../dist/check-models/main.js', import.meta.url));
const root = await mkdtemp(join(tmpdir(), 'ablate-check-models-'));
afterAll(() => rm(root, { recursive: true }));

interface Finding {
  readonly path: string;
  readonly supported: boolean;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
}

async function check(folder: string): Promise<readonly Finding[]> {
  const request = JSON.stringify({ folder, digests: join(root, 'digests.json') });
  const { stdout } = await promisify(execFile)(process.execPath, [program, request]);
  return JSON.parse(stdout) as readonly Finding[];
}

const configOf = async (folder: string, change: object): Promise<void> => {
  const file = join(folder, 'config.json');
  const json = JSON.parse(await readFile(file, 'utf8')) as object;
  await writeFile(file, JSON.stringify({ ...json, ...change }));
};

describe('check-models', () => {
  it('says what every folder is, what it costs, and what is wrong with it by file, tensor and shape', async () => {
    const at = (name: string): string => join(root, 'models', name);
    await mkdir(join(root, 'models'));
    await writeTinyEncoder(at('eye'), 1);
    await writeTinyLlm(at('tongue'), 2);
    await writeTinyLlm(at('cut'), 2);
    await truncate(join(at('cut'), 'model.safetensors'), 40_000);
    await writeTinyLlm(at('deeper'), 2);
    await configOf(at('deeper'), { num_hidden_layers: 3 });
    await writeTinyLlm(at('strange'), 2);
    await configOf(at('strange'), { model_type: 'mamba' });
    await writeTinyLlm(at('scaled'), 2);
    await configOf(at('scaled'), { rope_scaling: { type: 'dynamic', factor: 2 } });
    const findings = new Map((await check(join(root, 'models'))).map((one) => [one.path, one]));
    expect(findings.get(at('eye'))).toMatchObject({
      kind: 'encoder',
      architecture: 'clip',
      supported: true,
      parameters: expect.any(Number),
      trainMiB: { base: expect.any(Number), lora: expect.any(Number) },
      secondsPer1000: expect.any(Number),
      basis: 'estimated',
      problems: [],
    });
    expect(findings.get(at('tongue'))).toMatchObject({ kind: 'llm', architecture: 'phi', supported: true });
    const problem = (name: string): string => {
      const { supported, problems } = findings.get(at(name))!;
      expect([supported, problems.length]).toEqual([false, 1]);
      return problems[0]!.message;
    };
    expect(problem('cut')).toMatch(
      /cut\/model\.safetensors: is truncated: tensor ".+" \(\[.+\]\) ends at byte/,
    );
    expect(problem('deeper')).toMatch(/tensor "model\.layers\.2\..+" is missing, expected \[/);
    expect(problem('strange')).toMatch(/"mamba" is not supported/);
    expect(problem('scaled')).toMatch(/"rope_scaling"/);
    expect(findings.get(at('strange'))).toMatchObject({ architecture: 'mamba', kind: null });
  });
  it('takes one checkpoint, too, and finds none in an empty folder', async () => {
    await mkdir(join(root, 'empty'));
    expect(await check(join(root, 'empty'))).toEqual([]);
    await writeTinyEncoder(join(root, 'one'), 1);
    expect(await check(join(root, 'one'))).toHaveLength(1);
  });
});
