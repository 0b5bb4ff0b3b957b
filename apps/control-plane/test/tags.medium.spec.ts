import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deploy, grid, type Deployment } from './deployment.js';

jest.setTimeout(300_000);

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterAll(() => deployment.close(), 60_000);

const params = (id: string) => ({ params: { id } });
const listed = async (tag: string) =>
  (await deployment.client.experiments({ query: { tag } })).map(({ name }) => name).sort();

describe('tags', () => {
  it('are set at submit or later, found by, and taken off', async () => {
    const { client } = deployment;
    const a = await client.submit({ body: { ...grid('a'), tags: ['paper', 'größe', 'paper'] } });
    expect(a.tags).toEqual(['größe', 'paper']);
    const b = await client.submit({ body: grid('b') });
    expect(b.tags).toEqual([]);
    expect(await client.tag({ ...params(b.id), body: { add: ['paper', 'v2.1'] } })).toMatchObject({
      id: b.id,
      tags: ['paper', 'v2.1'],
    });
    expect(await listed('paper')).toEqual(['a', 'b']);
    expect(await listed('paper,v2.1')).toEqual(['b']);
    expect(await listed('pap')).toEqual([]);
    await client.tag({ ...params('b'), body: { add: ['last'], remove: ['paper', 'absent'] } });
    expect((await client.overview(params(b.id))).tags).toEqual(['last', 'v2.1']);
    expect(await listed('paper')).toEqual(['a']);
  });

  it('never enter a stage key: the same grid with other tags needs nothing new', async () => {
    const { client } = deployment;
    const plain = await client.submit({ body: grid('same') });
    const tagged = await client.submit({ body: { ...grid('same'), tags: ['x'] } });
    expect(tagged.stageList.map(({ key }) => key)).toEqual(plain.stageList.map(({ key }) => key));
    expect(tagged.stages.reused).toBe(tagged.stages.total);
  });

  it('are refused with the field when they are none, and nothing changes', async () => {
    const { client } = deployment;
    for (const tags of [['two words'], ['a,b'], [''], ['x'.repeat(41)]])
      await expect(client.submit({ body: { ...grid('bad'), tags } })).rejects.toMatchObject({
        code: 'BAD_REQUEST',
        path: 'tags.0',
      });
    expect((await client.experiments({ query: {} })).some(({ name }) => name === 'bad')).toBe(false);
    const numbered = (from: number) => Array.from({ length: 15 }, (_, i) => `t${from + i}`);
    const { id } = await client.submit({ body: { ...grid('many'), tags: numbered(0) } });
    await expect(client.tag({ ...params(id), body: { add: numbered(15) } })).rejects.toMatchObject({
      code: 'TOO_MANY_TAGS',
    });
    expect((await client.experiment(params(id))).tags).toHaveLength(15);
    await expect(client.tag({ ...params('nowhere'), body: {} })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
