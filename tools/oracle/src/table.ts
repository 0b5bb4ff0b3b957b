import type { Run } from '@ablate/analysis';
import type { CaseSpec, OracleCase } from './oracle-case.js';

/** The axes of a case with their order of levels, as text. */
export function axesOf({ axes = {}, baseline = {} }: CaseSpec): {
  axes: Record<string, string[]>;
  baseline: Record<string, string>;
} {
  return {
    axes: Object.fromEntries(Object.entries(axes).map(([name, levels]) => [name, levels.map(String)])),
    baseline: Object.fromEntries(Object.entries(baseline).map(([name, level]) => [name, String(level)])),
  };
}

/** A row's run. A level that is written in another way than in the case (1.0 for 1) is the same where it is the same number. */
export function runsOf(
  { spec }: Pick<OracleCase, 'spec'>,
  rows: OracleCase['rows'],
  names: readonly string[] = Object.keys(spec.axes ?? {}),
): readonly Run[] {
  const axes = axesOf(spec).axes;
  const level = (name: string, text: string): string =>
    axes[name] === undefined || axes[name].includes(text)
      ? text
      : (axes[name].find((one) => text !== '' && Number(one) === Number(text)) ?? text);
  return rows.map((row) => ({
    levels: Object.fromEntries(names.map((name) => [name, level(name, row[name] ?? '')])),
    score: numeric(row['score']),
    ...(row['seed'] === undefined ? {} : { seed: row['seed'] }),
    ...(row['status'] === undefined ? {} : { status: row['status'] }),
    ...(row['shared_stage'] === undefined ? {} : { sharedStage: row['shared_stage'] }),
  }));
}

/** The number that a text is; null for none and for one that is not finite. */
export function numeric(text: string | undefined): number | null {
  const value = text === undefined || text.trim() === '' ? NaN : Number(text);
  return Number.isFinite(value) ? value : null;
}
