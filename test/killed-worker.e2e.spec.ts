import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseGridSpec } from '@ablate/contracts';
import { Deployment, tinyGrid, tinyHome, until } from './deployment.js';

const spec = parseGridSpec(tinyGrid());
let home: string;
beforeAll(async () => {
  home = await tinyHome(20);
});
afterAll(() => rm(home, { recursive: true, force: true }));

interface Outcome {
  readonly points: readonly { name: string; metric: string; step: number; value: number }[];
  readonly weights: readonly { name: string; sha256: string }[];
}

const outcomeOf = async (deployment: Deployment): Promise<Outcome> => ({
  points:
    await deployment.query(`SELECT st.name, s.name AS metric, p.step, p.value FROM metric_points p JOIN metric_series s ON s.id = p.series_id
    JOIN stages st ON st.key = s.stage_key ORDER BY st.name, s.name, p.step`),
  weights: await deployment.query(
    `SELECT st.name, a.sha256 FROM artifacts a JOIN stages st ON st.key = a.stage_key ORDER BY st.name, a.name`,
  ),
});

async function undisturbed(): Promise<Outcome> {
  const deployment = await Deployment.start(home);
  try {
    deployment.spawn('worker');
    const { id } = await deployment.client.submit({ body: { spec } });
    await deployment.finished(id);
    return await outcomeOf(deployment);
  } finally {
    await deployment.stop();
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Processes whose parent is `pid`, from /proc. */
async function childrenOf(pid: number): Promise<number[]> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
  return text
    .split(' ')
    .filter((part) => part !== '')
    .map(Number);
}

describe('a worker that is killed in the middle of a stage', () => {
  it('is replaced by another one, with the same points and weights bit for bit, and leaves no orphan', async () => {
    const wanted = await undisturbed();
    expect(wanted.points.length).toBeGreaterThan(500);

    const deployment = await Deployment.start(home);
    try {
      const first = deployment.spawn('worker');
      const { id } = await deployment.client.submit({ body: { spec } });
      // Killed between two checkpoints, so that points after the first have to be cut and made again.
      await until(
        'a step after the first checkpoint',
        async () => {
          const rows = await deployment.query<{ step: number }>(
            `SELECT max(p.step) AS step FROM metric_points p JOIN metric_series s ON s.id = p.series_id JOIN stages st ON st.key = s.stage_key WHERE st.name = 'finetune'`,
          );
          const checkpoints = await deployment.query(
            `SELECT 1 FROM checkpoints c JOIN stages st ON st.key = c.stage_key WHERE st.name = 'finetune'`,
          );
          return checkpoints.length > 0 && rows[0]!.step > 30;
        },
        3000,
      );
      const trainers = await childrenOf(first.pid!);
      expect(trainers.length).toBeGreaterThan(0);
      first.kill('SIGKILL');
      await until('the end of the orphaned trainer', async () => trainers.every((pid) => !isAlive(pid)));

      deployment.spawn('worker');
      await deployment.finished(id);
      const attempts = await deployment.query<{ state: string }>(
        `SELECT a.state FROM attempts a JOIN stages st ON st.key = a.stage_key WHERE st.name = 'finetune' ORDER BY a.number`,
      );
      expect(attempts.map(({ state }) => state)).toEqual(['lost', 'done']);
      const [{ failures }] = (await deployment.query<{ failures: number }>(
        `SELECT failures FROM stages WHERE name = 'finetune'`,
      )) as [{ failures: number }];
      expect(failures).toBe(0);
      expect(await outcomeOf(deployment)).toEqual(wanted);
    } finally {
      await deployment.stop();
    }
  }, 600_000);

  it('gives its work back on SIGTERM, and the next one goes on from the checkpoint', async () => {
    const wanted = await undisturbed();
    const deployment = await Deployment.start(home);
    try {
      const first = deployment.spawn('worker');
      const { id } = await deployment.client.submit({ body: { spec } });
      await until(
        'some steps of finetune',
        async () => {
          const rows = await deployment.query<{ step: number | null }>(
            `SELECT step FROM attempts a WHERE state = 'leased' AND step > 5 AND total_steps > 100`,
          );
          return rows.length > 0;
        },
        3000,
      );
      first.kill('SIGTERM');
      await new Promise((resolve) => first.once('exit', resolve));
      const released = await deployment.query<{ state: string }>(
        `SELECT state FROM attempts WHERE state = 'released'`,
      );
      expect(released).toHaveLength(1);
      deployment.spawn('worker');
      await deployment.finished(id);
      expect(await outcomeOf(deployment)).toEqual(wanted);
    } finally {
      await deployment.stop();
    }
  }, 600_000);
});
