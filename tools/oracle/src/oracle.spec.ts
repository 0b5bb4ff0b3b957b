import { describe, expect, it } from '@jest/globals';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './compare.js';
import { parseCsv } from './csv.js';
import { kinds } from './kinds/index.js';
import { readCase, type JsonObject } from './oracle-case.js';
import { runCase } from './run-case.js';

const fixtures = fileURLToPath(new URL('../test/fixtures', import.meta.url));
const names = readdirSync(fixtures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const load = (name: string) => readCase(join(fixtures, name));

describe('reference figures', () => {
  it('are there', () => expect(names.length).toBe(28));
  it.each(names)('%s', (name) => {
    const { error, wrong, figures } = runCase(join(fixtures, name), name);
    expect({ error, wrong: wrong.slice(0, 5) }).toEqual({ error: null, wrong: [] });
    expect(figures).toBeGreaterThan(10);
  });
});

describe('the runner', () => {
  const inside = (change: (folder: string) => void, name = 'effects_one_way') => {
    const folder = mkdtempSync(join(tmpdir(), 'oracle-'));
    try {
      cpSync(join(fixtures, name), folder, { recursive: true });
      change(folder);
      return runCase(folder, name);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
  const edit = (folder: string, file: string, change: (text: string) => string): void =>
    writeFileSync(join(folder, file), change(readFileSync(join(folder, file), 'utf8')));

  it('fails on one figure that is off by twice the tolerance, and names it', () => {
    const { passed, wrong } = inside((folder) =>
      edit(folder, 'expected.json', (text) => {
        const expected = JSON.parse(text) as { models: { main: { anova_type2: { ss: number }[] } } };
        const [row] = expected.models.main.anova_type2;
        if (row) row.ss *= 1 + 2e-6;
        return JSON.stringify(expected);
      }),
    );
    expect(passed).toBe(false);
    expect(wrong.map(({ path }) => path)).toEqual(['models.main.anova_type2[0].ss']);
  });
  it('fails on an unknown kind, on data that the case does not know, and where there is nothing to compare', () => {
    const kind = inside((folder) =>
      edit(folder, 'case.json', (text) => text.replace('"effects"', '"magic"')),
    );
    expect(kind.error).toMatch(/unknown kind 'magic'/);
    const level = inside((folder) => edit(folder, 'data.csv', (text) => text.replace('clip', 'klip')));
    expect(level.error).toMatch(/'klip' is no level of axis 'encoder'/);
    expect(inside((folder) => edit(folder, 'expected.json', () => '{}')).passed).toBe(false);
    expect(inside((folder) => rmSync(join(folder, 'data.csv'))).passed).toBe(false);
  });
  it('tells null from a number, either way', () => {
    const tolerant = { tolerance: {} };
    expect(compare({ p: null }, { p: 0 }, tolerant).wrong).toHaveLength(1);
    expect(compare({ p: 0 }, { p: null }, tolerant).wrong).toHaveLength(1);
    expect(compare({ p: 1 }, { p: NaN }, tolerant).wrong).toHaveLength(1);
    expect(compare({ some_figure: 1 }, { someFigure: 1 + 1e-7 }, tolerant).wrong).toHaveLength(0);
  });

  // Kinds whose inputs stand in the rows of the answers are looked at one by one below.
  const beside = ['composite', 'distributions', 'holm', 'pareto', 'power', 'questions_paired', 'coverage'];
  const slow = ['effects_generated'];
  it.each(names.filter((name) => ![...beside, ...slow].includes(load(name).spec.kind)))(
    'answers %s without the answers',
    (name) => {
      const asked = load(name);
      const answer = kinds[asked.spec.kind]?.({ ...asked, expected: {} });
      expect(compare(asked.expected, answer, asked.spec).wrong).toEqual([]);
    },
  );
  const inputs: Readonly<Record<string, readonly string[]>> = {
    holm: ['p'],
    distributions: ['df', 'df1', 'df2', 'k', 'noncentrality', 'x', 'p'],
    pareto: ['objectives'],
  };
  it.each(Object.keys(inputs))('answers %s from its inputs alone', (name) => {
    const asked = load(name);
    const strip = (row: JsonObject): JsonObject =>
      Object.fromEntries(Object.entries(row).filter(([key]) => inputs[name]?.includes(key)));
    const expected = Object.fromEntries(
      Object.entries(asked.expected).map(([block, rows]) => [block, (rows as JsonObject[]).map(strip)]),
    );
    const answer = kinds[asked.spec.kind]?.({ ...asked, expected });
    const missing = compare(asked.expected, answer, asked.spec).wrong.map(({ path }) => path);
    // Which levels of a Holm list are asked for is said by the names of the answers.
    expect(missing.filter((path) => !path.includes('reject_at'))).toEqual([]);
  });
  it('answers power from its inputs alone', () => {
    const asked = load('power');
    const block = (name: string, keys: readonly string[]) =>
      (asked.expected[name] as JsonObject[]).map((row) =>
        Object.fromEntries(Object.entries(row).filter(([key]) => keys.includes(key))),
      );
    const given = ['difference', 'sd', 'power', 'alpha'];
    const expected = {
      paired: block('paired', given),
      independent: block('independent', given),
      anova: block('anova', ['effect_size_f', 'groups', 'power', 'alpha']),
      detectable: block('detectable', ['n', 'sd', 'power', 'alpha', 'paired']),
      power_at: block('power_at', ['effect_size', 'n', 'alpha']),
    };
    const answer = kinds['power']?.({ ...asked, expected });
    expect(compare(asked.expected, answer, asked.spec).wrong).toEqual([]);
  });
});

describe('parseCsv', () => {
  it('reads quotes, commas, empty values and both line ends', () => {
    expect(parseCsv('a,b\r\n"x, ""y""",\n\n1,2')).toEqual([
      { a: 'x, "y"', b: '' },
      { a: '1', b: '2' },
    ]);
    expect(() => parseCsv('a\n1,2')).toThrow(RangeError);
  });
});
