import {
  chi2Cdf,
  chi2Quantile,
  chi2Sf,
  fCdf,
  fQuantile,
  fSf,
  noncentralFSf,
  noncentralTCdf,
  noncentralTSf,
  normalCdf,
  normalQuantile,
  normalSf,
  studentizedRangeQuantile,
  studentizedRangeSf,
  tCdf,
  tQuantile,
  tSf,
} from '@ablate/analysis';
import type { Json, JsonObject, OracleCase } from '../oracle-case.js';

/** cdf, upper tail and quantile of one distribution, given a row's parameters. */
type Family = (parameter: (name: string) => number) => {
  cdf: (x: number) => number;
  sf: (x: number) => number;
  quantile?: (p: number) => number;
};

const families: Readonly<Record<string, Family>> = {
  normal: () => ({ cdf: normalCdf, sf: normalSf, quantile: normalQuantile }),
  t: (of) => ({
    cdf: (x) => tCdf(x, of('df')),
    sf: (x) => tSf(x, of('df')),
    quantile: (p) => tQuantile(p, of('df')),
  }),
  chi2: (of) => ({
    cdf: (x) => chi2Cdf(x, of('df')),
    sf: (x) => chi2Sf(x, of('df')),
    quantile: (p) => chi2Quantile(p, of('df')),
  }),
  f: (of) => ({
    cdf: (x) => fCdf(x, of('df1'), of('df2')),
    sf: (x) => fSf(x, of('df1'), of('df2')),
    quantile: (p) => fQuantile(p, of('df1'), of('df2')),
  }),
  studentized_range: (of) => ({
    cdf: (q) => 1 - studentizedRangeSf(q, of('k'), of('df')),
    sf: (q) => studentizedRangeSf(q, of('k'), of('df')),
    quantile: (p) => studentizedRangeQuantile(p, of('k'), of('df')),
  }),
  noncentral_f: (of) => {
    const sf = (x: number): number => noncentralFSf(x, of('df1'), of('df2'), of('noncentrality'));
    return { cdf: (x) => 1 - sf(x), sf };
  },
  noncentral_t: (of) => ({
    cdf: (x) => noncentralTCdf(x, of('df'), of('noncentrality')),
    sf: (x) => noncentralTSf(x, of('df'), of('noncentrality')),
  }),
};

/** The rows name parameters and the point; df null is infinite. */
export function distributions({ expected }: OracleCase): object {
  return Object.fromEntries(
    Object.entries(expected).map(([name, rows]) => {
      const family = families[name];
      if (!family) throw new Error(`unknown distribution '${name}'`);
      return [
        name,
        (rows as readonly JsonObject[]).map((row) => {
          const of = (key: string): number => (row[key] === null ? Infinity : Number(row[key] ?? NaN));
          const { cdf, sf, quantile } = family(of);
          const inputs: Record<string, Json> = { ...row };
          for (const answer of ['cdf', 'sf', 'quantile']) delete inputs[answer];
          if (row['x'] === undefined) return { ...inputs, quantile: quantile?.(of('p')) };
          return { ...inputs, cdf: cdf(of('x')), sf: sf(of('x')) };
        }),
      ];
    }),
  );
}
