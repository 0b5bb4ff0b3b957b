import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '@ablate/storage/embedded';
import { Fleet, undisturbed, until } from './fleet.js';

jest.setTimeout(300_000);

describe('when the database restarts', () => {
  let dir: string;
  let server: EmbeddedPostgres;
  let fleet: Fleet;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'ablate-outage-'));
    server = await startEmbeddedPostgres({ dir });
    fleet = await Fleet.start({ url: server.url, stop: () => server.stop() });
  });
  afterAll(async () => {
    await fleet.stop();
    await rm(dir, { recursive: true, force: true });
  });

  it('a training goes on, loses no point, and its queue works again', async () => {
    await fleet.worker();
    const acts = [{ at: 4, do: 'wait', name: 'back' }];
    const [key, next] = await fleet.submit({ acts }, {});
    await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    await server.stop();
    // Its trainer goes on while there is no database.
    await fleet.allow('back');
    await fleet.left(key!, 'finished');
    server = await startEmbeddedPostgres({ dir, port: Number(new URL(server.url).port) });

    await until(() =>
      fleet.stage(key!).then(
        ({ state }) => state === 'done',
        () => false,
      ),
    );
    expect(await fleet.stage(key!)).toMatchObject({ failures: 0, error: null });
    expect((await fleet.attempts.ofStage(key!)).map(({ state }) => state)).toEqual(['done']);
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    await fleet.offer(next!);
    await fleet.reached(next!, 'done');
  });
});
