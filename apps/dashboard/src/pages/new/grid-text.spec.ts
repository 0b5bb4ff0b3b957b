import { describe, expect, it } from '@jest/globals';
import { AblateError } from '@ablate/errors';
import { EXAMPLE } from './example.js';
import { locate, readGrid, writeGrid } from './grid-text.js';

const text = `version: 1
project: demo
name: x
axes:
  encoder: [a, b]
  stages.finetune.learningRate:
    - 0.001
    - 0.003
seeds: 2
`;

describe('a grid as text', () => {
  it('is read', () => {
    expect(readGrid(text)).toMatchObject({ problem: null, spec: { name: 'x', seeds: 2 } });
    expect(readGrid(EXAMPLE).problem).toBeNull();
  });

  it('has its errors on their lines', () => {
    expect(readGrid(text.replace('seeds: 2', 'seeds: none')).problem).toMatchObject({
      line: 9,
      error: { path: 'seeds' },
    });
    expect(readGrid(text.replace('[a, b]', '[a, b')).problem).toMatchObject({ error: { code: 'BAD_YAML' } });
    expect(readGrid(`${text}sedes: 3\n`).problem?.error.fix).toContain('sedes');
    expect(readGrid('').problem).toMatchObject({ line: null, error: { code: 'BAD_SPEC' } });
  });

  it('leads an error of the server to its line, dots in names included', () => {
    const at = (path: string): number | null => locate(text, new AblateError('X', 'x', { path })).line;
    expect(at('axes.stages.finetune.learningRate.1')).toBe(8);
    expect(at('axes.stages.finetune.learningRate')).toBe(6);
    expect(at('axes.encoder')).toBe(5);
    expect(at('axes.nothing')).toBe(4);
    expect(at('baseline')).toBeNull();
  });

  it('is written as it would be by hand, and reads back the same', () => {
    const { spec } = readGrid(EXAMPLE);
    const written = writeGrid(spec!);
    expect(readGrid(written).spec).toEqual(spec);
    expect(written).toMatch(/^version: 1\nproject: demo\nname: .*\naxes:\n {2}encoder: \[ /);
  });
});
