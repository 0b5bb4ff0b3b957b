import type { Comparison, EffectsView } from '@ablate/contracts';
import { plural, pValue, shown } from './numbers.js';

export interface Headline {
  /** What the experiment shows. */
  readonly says: string;
  /** How sure that is. */
  readonly sure: string;
}

/** The best cell, or that cells tie; null where nothing is measured. */
export function bestSentence({ best, cells }: Pick<Comparison, 'best' | 'cells'>): string | null {
  if (best === null) return null;
  const { label, metric, mean, n, tied } = best;
  if (tied === 0) return `Best cell: ${label}, ${metric} ${shown(mean)}, mean of ${plural(n, 'run')}.`;
  const who = tied + 1 === cells.length ? 'All cells tie' : `${plural(tied + 1, 'cell')} tie for best`;
  return `${who}: ${metric} ${shown(mean)}.`;
}

function powerSentence({ axes }: EffectsView): string {
  const sizes = axes.flatMap(({ detectable }) => detectable ?? []);
  return sizes.length === 0
    ? 'Noise is not known here, so neither is what could have been found; more seeds tell.'
    : `A true difference below ${shown(Math.max(...sizes))} would be missed more than one time in five.`;
}

/** Which choice matters on a metric, in one sentence, and how sure that is in another. */
export function headlineOf(effects: EffectsView): Headline {
  const { metric, differences, withheld } = effects;
  const found = differences
    .filter(({ verdict }) => verdict === 'difference')
    .sort((a, b) => Math.abs(b.estimate ?? 0) - Math.abs(a.estimate ?? 0));
  const [first] = found;
  if (!first) {
    const told = differences.some(({ verdict }) => verdict === 'could be noise');
    const says = told
      ? `On ${metric} no axis makes a difference that noise could not explain.`
      : differences.length === 0 && withheld.length === 0
        ? `On ${metric} nothing varies, so nothing can be compared.`
        : `On ${metric} what the axes change cannot be told from noise.`;
    return { says, sure: powerSentence(effects) };
  }
  const others = found.slice(1).map(({ axis }) => axis);
  const more = others.length === 0 ? '' : ` More than noise, too: ${[...new Set(others)].join(', ')}.`;
  const held = found.filter(({ pHolm }) => pHolm !== null && pHolm < 0.05);
  const corrected = `corrected for ${plural(differences.length, 'comparison')} (Holm)`;
  const sure =
    first.pHolm === null
      ? 'No p-value can be given.'
      : first.pHolm < 0.05
        ? `It holds when ${corrected}: p = ${pValue(first.pHolm).replace(/^< /, 'below ')}.`
        : `When ${corrected} it could be noise: p = ${pValue(first.pHolm)}. Take it as a lead, not as a finding.`;
  const rest =
    held.length < found.length && held.length > 0
      ? ` Of ${plural(found.length, 'difference')} ${held.length} hold${held.length === 1 ? 's' : ''} when corrected.`
      : '';
  return {
    says: `On ${metric} ${first.axis} matters most: ${first.sentence}${more}`,
    sure: `${sure}${rest}`,
  };
}
