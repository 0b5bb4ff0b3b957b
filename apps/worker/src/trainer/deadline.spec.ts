import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { watchDeadline } from './deadline.js';

describe('a trainer’s deadline', () => {
  let pipe: PassThrough;
  let ended: number;
  const send = async (text: string): Promise<void> => {
    pipe.write(text);
    await new Promise((resolve) => setImmediate(resolve));
  };
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] });
    pipe = new PassThrough();
    ended = 0;
    watchDeadline(pipe, () => (ended += 1));
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('is moved by every line and passes when none comes', async () => {
    await send('1000\n');
    jest.advanceTimersByTime(999);
    await send('1000\n');
    jest.advanceTimersByTime(999);
    expect(ended).toBe(0);
    jest.advanceTimersByTime(1);
    expect(ended).toBe(1);
  });

  it('passes at once when the pipe closes', async () => {
    await send('1000\n');
    pipe.end();
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(1);
  });

  it('is not moved by what is no number', async () => {
    await send('1000\n');
    jest.advanceTimersByTime(500);
    await send('soon\n');
    jest.advanceTimersByTime(500);
    expect(ended).toBe(1);
  });
});
