import { describe, expect, it } from '@jest/globals';
import type { TrainerEvent } from '@ablate/catalogue';
import { formatTrainerLine, parseTrainerLine } from './trainer-events.js';

const events: readonly TrainerEvent[] = [
  { type: 'progress', step: 3, totalSteps: 10 },
  { type: 'metrics', points: [{ name: 'loss', step: 3, value: 2.5 }] },
  { type: 'telemetry', step: 3, values: { seconds: 0.5 } },
  { type: 'checkpoint', step: 3, path: '/x/step-3' },
  { type: 'log', level: 'warn', message: 'a "quoted" line\nand another' },
  { type: 'error', error: { code: 'BAD', message: 'm', path: null, value: [1], rule: null, fix: null } },
  { type: 'done', files: [{ name: 'm', path: '/x/m', sha256: 'b'.repeat(64), bytes: 9 }] },
];

describe('a trainer line', () => {
  it.each(events.map((event) => [event.type, event] as const))('carries %s', (_type, event) => {
    const line = formatTrainerLine(event);
    expect(line).not.toContain('\n');
    expect(parseTrainerLine(line)).toMatchObject(event);
  });

  it.each([
    ['plain text', 'Loading weights ...'],
    ['JSON of somebody else', '{"level":30,"msg":"hello"}'],
    ['a broken line', '{"v":1,"type":"progress","step":1,'],
    ['another version', '{"v":2,"type":"progress","step":1,"totalSteps":2}'],
    ['an event that does not exist', '{"v":1,"type":"pause"}'],
    [
      'a metric that is no number',
      '{"v":1,"type":"metrics","points":[{"name":"loss","step":1,"value":null}]}',
    ],
    ['a step before the first', '{"v":1,"type":"checkpoint","step":-1,"path":"p"}'],
  ])('that is %s is a log line', (_what, line) => {
    expect(parseTrainerLine(line)).toBeNull();
  });
});
