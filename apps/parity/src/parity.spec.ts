import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createExecutor } from '@ablate/tensor';
import { findCases } from './golden-case.js';
import { runCase } from './run-case.js';

const fixtures = (path: string): string => fileURLToPath(new URL(`../../../libs/${path}`, import.meta.url));
const onnx = await createExecutor('onnx');
const scratch = await mkdtemp(join(tmpdir(), 'ablate-parity-spec-'));
afterAll(async () => {
  await onnx.dispose();
  await rm(scratch, { recursive: true });
});

const MODELS = ['vision_encoder', 'connector', 'llm', 'generation', 'training_two_stage'];
const cases = [
  ...findCases(fixtures('vlm/test/fixtures/golden')),
  ...findCases(fixtures('training/test/fixtures/two_stage')),
].filter(({ kind }) => MODELS.includes(kind));

describe('models compute what the reference computed', () => {
  it.each(cases.map((golden) => [golden.name, golden] as const))('%s', async (_, golden) => {
    const outcome = await runCase(golden, [onnx]);
    expect(outcome).toMatchObject({ passed: true, failures: [] });
    expect(outcome.compared).toBeGreaterThan(0);
    expect(outcome.worst).toBeLessThanOrEqual(1);
  });
});

describe('the runner', () => {
  /** A copy of a small case to damage. */
  async function copied(name: string): Promise<string> {
    const folder = join(scratch, name);
    await cp(fixtures('vlm/test/fixtures/golden/connector_linear'), folder, { recursive: true });
    return folder;
  }
  const run = async (folder: string) => runCase(findCases(folder)[0]!, [onnx]);

  it('fails when one expected value is another, and names the tensor', async () => {
    const folder = await copied('changed');
    const file = join(folder, 'expected.safetensors');
    const bytes = await readFile(file);
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + Number(bytes.readBigUInt64LE()))) as Record<
      string,
      { data_offsets: [number, number] }
    >;
    const at = 8 + Number(bytes.readBigUInt64LE()) + header['output']!.data_offsets[0];
    bytes.writeFloatLE(bytes.readFloatLE(at) + 0.01, at);
    await writeFile(file, bytes);
    const { passed, failures } = await run(folder);
    expect(passed).toBe(false);
    expect(failures).toEqual([
      { what: 'output', problem: expect.stringMatching(/^element 0 is .*, expected /) },
    ]);
  });

  it('fails on a kind that it does not know, and on a case that it cannot read', async () => {
    const unknown = await copied('unknown');
    await writeFile(join(unknown, 'case.json'), '{"kind":"riddle"}');
    expect(await run(unknown)).toMatchObject({
      passed: false,
      failures: [{ what: 'case', problem: expect.stringContaining('"riddle"') }],
    });
    const partial = await copied('partial');
    await rm(join(partial, 'inputs.safetensors'));
    expect(await run(partial)).toMatchObject({
      passed: false,
      failures: [{ what: 'case', problem: expect.stringContaining('inputs.safetensors') }],
    });
  });

  it('takes one case or a folder of them, and passes over what is none', async () => {
    await writeFile(join(scratch, 'notes.txt'), 'no case');
    expect(findCases(join(scratch, 'changed'))).toHaveLength(1);
    expect(findCases(scratch).map(({ name }) => name)).toEqual(['changed', 'partial', 'unknown']);
    expect(findCases(join(scratch, 'absent'))).toEqual([]);
  });
});
