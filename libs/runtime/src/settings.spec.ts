import { describe, expect, it } from '@jest/globals';
import { readSettings } from './settings.js';

describe('settings', () => {
  it('have defaults for everything', () => {
    const settings = readSettings({});
    expect(settings).toMatchObject({
      port: 4600,
      databaseUrl: null,
      redisUrl: null,
      worker: { backend: 'auto', pool: 'default', threads: 1, slots: null },
    });
    expect(settings.artifactsDir).toBe(`${settings.home}/artifacts`);
  });

  it('read folders, addresses and empty values', () => {
    const settings = readSettings({
      ABLATE_HOME: '/h',
      ARTIFACTS_URL: 'file:///shared/artifacts',
      ABLATE_MODELS: '/a, /b',
      ABLATE_SLOTS: '',
      REDIS_URL: 'redis://r',
    });
    expect(settings).toMatchObject({
      home: '/h',
      artifactsDir: '/shared/artifacts',
      redisUrl: 'redis://r',
      folders: { models: ['/a', '/b'] },
    });
  });

  it('name every wrong variable in one error', () => {
    const read = () => readSettings({ ABLATE_PORT: '99999', ABLATE_BACKEND: 'cuda', ABLATE_SLOTS: '0' });
    expect(read).toThrow(
      expect.objectContaining({ code: 'BAD_SETTINGS', path: 'ABLATE_PORT, ABLATE_BACKEND, ABLATE_SLOTS' }),
    );
  });

  it('refuse an artifact address that is no folder', () => {
    expect(() => readSettings({ ARTIFACTS_URL: 's3://bucket' })).toThrow(
      expect.objectContaining({ path: 'ARTIFACTS_URL' }),
    );
  });
});
