import { anovaNeeded, anovaPower, detectable, powerOf, seedsNeeded, type Comparing } from '@ablate/analysis';
import type { JsonObject, OracleCase } from '../oracle-case.js';

/** A figure that a row gives as input. */
type Given = (name: string) => number | undefined;

function needed(comparing: Comparing, row: JsonObject, given: Given): object {
  const sd = given('sd') ?? 1;
  const [power, alpha] = [given('power') ?? 0.8, given('alpha') ?? 0.05];
  const effect = given('effect_size') ?? (given('difference') ?? NaN) / sd;
  switch (row['solve_for']) {
    case 'power':
      return { ...row, effect_size: effect, power: powerOf(comparing, effect, given('n') ?? NaN, alpha) };
    case 'difference':
    case 'effect_size': {
      const size = detectable(comparing, given('n') ?? NaN, power, alpha);
      return { ...row, effect_size: size, difference: size * sd };
    }
    default:
      return {
        difference: given('difference') ?? effect * sd,
        sd,
        power,
        alpha,
        effect_size: effect,
        ...seedsNeeded(comparing, effect, power, alpha),
      };
  }
}

const answers: Readonly<Record<string, (row: JsonObject, given: Given) => object>> = {
  paired: (row, given) => needed('paired', row, given),
  independent: (row, given) => needed('independent', row, given),
  anova: (row, given) => {
    const [f, groups] = [given('effect_size_f') ?? NaN, given('groups') ?? NaN];
    const [power, alpha] = [given('power') ?? 0.8, given('alpha') ?? 0.05];
    const found = anovaNeeded(f, groups, power, alpha);
    return {
      effect_size_f: f,
      groups,
      power,
      alpha,
      n_per_group_exact: found.nExact,
      n_per_group: found.n,
      n_total: groups * found.n,
      power_at_n: anovaPower(f, groups, groups * found.n, alpha),
    };
  },
  detectable: (row, given) => {
    const [n, sd] = [given('n') ?? NaN, given('sd') ?? 1];
    const [power, alpha] = [given('power') ?? 0.8, given('alpha') ?? 0.05];
    const size = detectable(row['paired'] === true ? 'paired' : 'independent', n, power, alpha);
    return { n, sd, power, alpha, paired: row['paired'], effect_size: size, difference: size * sd };
  },
  power_at: (_row, given) => {
    const [effect, n, alpha] = [given('effect_size') ?? NaN, given('n') ?? NaN, given('alpha') ?? 0.05];
    return {
      effect_size: effect,
      n,
      alpha,
      paired: powerOf('paired', effect, n, alpha),
      independent: powerOf('independent', effect, n, alpha),
    };
  },
};

/** Inputs stand in the rows of the answers; these are the ones that may be read, block by block. */
const inputs: Readonly<Record<string, readonly string[]>> = {
  paired: ['difference', 'sd', 'power', 'alpha', 'n'],
  independent: ['difference', 'sd', 'power', 'alpha', 'n'],
  anova: ['effect_size_f', 'groups', 'power', 'alpha'],
  detectable: ['n', 'sd', 'power', 'alpha'],
  power_at: ['effect_size', 'n', 'alpha'],
};

export function power({ expected }: OracleCase): object {
  return Object.fromEntries(
    Object.entries(expected).map(([block, rows]) => {
      const answer = answers[block];
      if (!answer) throw new Error(`unknown block '${block}'`);
      return [
        block,
        (rows as readonly JsonObject[]).map((row) => {
          const names = inputs[block] ?? [];
          // Without a difference, the effect size is what the row asks about.
          const allowed = 'difference' in row ? names : [...names, 'effect_size'];
          const given: Given = (name) => {
            const value = allowed.includes(name) && row['solve_for'] !== name ? row[name] : undefined;
            return typeof value === 'number' ? value : undefined;
          };
          return answer(row, given);
        }),
      ];
    }),
  );
}
