import type { EffectsView } from '@ablate/contracts';
import { interval, plural, shown } from '../numbers.js';
import { list, paragraph, section } from './parts.js';

/** Seed noise in a sentence. */
export function noiseSentence({ metric, seedNoise }: EffectsView): string {
  const { sd, lo, hi, df } = seedNoise;
  return sd === null
    ? `${metric}: no cell ran twice, so noise between seeds is not known.`
    : `${metric}: noise between seeds has sd ${shown(sd)} (95 % interval ${interval(lo, hi, shown)}, ${plural(df, 'degree')} of freedom).`;
}

/** What could not be estimated on a metric, and why. */
function limitsOf({
  metric,
  differences,
  withheld,
  aliases,
  balance,
  missingCells,
  notes,
}: EffectsView): string[] {
  const of = (text: string): string => `${metric}: ${text}`;
  return [
    ...withheld.map(({ axis, reason }) => of(`${axis} is withheld. ${reason}`)),
    ...aliases.map(({ sentence }) => of(sentence)),
    ...differences
      .filter(({ verdict }) => verdict === 'not estimable' || verdict === 'cannot tell')
      .map(({ axis, sentence }) => of(`${axis}: ${sentence}`)),
    ...(missingCells.length === 0
      ? []
      : [of(`${plural(balance.cellsMissing, 'cell')} of ${balance.cellsPossible} never gave a score.`)]),
    ...notes.map(of),
  ];
}

/** Runs left out of a metric's analysis, by rule. */
const excludedOf = ({ metric, used, excluded }: EffectsView): string => {
  const left = Object.entries(excluded).map(([state, n]) => `${n} ${state}`);
  return `${metric}: ${plural(used, 'run')} ${used === 1 ? 'counts' : 'count'}; left out: ${left.length === 0 ? 'none' : left.join(', ')}.`;
};

/** What the numbers cannot say, and which runs are not behind them. */
export function limitsSections(effects: readonly EffectsView[]): string {
  const limits = [...new Set(effects.flatMap(limitsOf))];
  return [
    section(
      'What could not be estimated, and why',
      limits.length === 0 ? paragraph('Everything that varies could be estimated.') : list(limits),
    ),
    section(
      'Runs left out',
      paragraph(
        'A run counts for a metric when its evaluation is done and its score is finite, whatever became of its other evaluations. No run is left out for its score.',
      ),
      list(effects.map(excludedOf)),
    ),
  ].join('\n');
}
