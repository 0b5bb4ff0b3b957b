import { isOver, type Comparison, type EffectsView, type OverviewView } from '@ablate/contracts';
import { duration, plural, value } from '../../format/numbers.js';

export interface Headline {
  /** What the experiment has shown so far. */
  readonly says: string;
  /** How sure that is. */
  readonly sure: string;
}

const list = (sentences: readonly string[], most: number): string =>
  sentences.length <= most
    ? sentences.join(' ')
    : `${sentences.slice(0, most).join(' ')} ${plural(sentences.length - most, 'more difference')} under Effects.`;

/** What is left of single differences when all questions asked are counted. */
function corrected(certain: EffectsView['differences'], asked: number): string {
  const held = certain.filter(({ pHolm }) => pHolm !== null && pHolm < 0.05).length;
  if (held === certain.length) return `Corrected for ${plural(asked, 'comparison')} (Holm), it holds.`;
  return `Corrected for ${plural(asked, 'comparison')} (Holm), ${held === 0 ? 'it could be noise: a lead, not a finding' : `${held} of ${plural(certain.length, 'difference')} hold`}.`;
}

/** The sentences at the top, chosen from what the server computed; nothing is computed here. */
export function headlineOf(
  { state, stages, etaSeconds, runs }: Pick<OverviewView, 'state' | 'stages' | 'etaSeconds' | 'runs'>,
  comparison: Comparison | undefined,
  effects: EffectsView | undefined,
): Headline {
  const best = comparison?.best;
  if (!best) {
    const progress = `${stages.done} of ${plural(stages.total, 'stage')} are done`;
    const left = etaSeconds === null ? '' : `, about ${duration(etaSeconds)} left`;
    if (state === 'paused')
      return { says: 'Nothing is measured yet.', sure: `It is paused: ${progress}. Resume goes on.` };
    return state === 'running'
      ? {
          says: 'Nothing is measured yet.',
          sure: `${progress}${left}; a cell shows a score once its first evaluation ends.`,
        }
      : { says: 'Nothing was measured.', sure: `It ended ${state}: ${progress}.` };
  }
  const ended = isOver(state) ? 'Best cell' : 'Best so far';
  const score =
    best.tied === 0
      ? `${ended}: ${best.label}, ${best.metric} ${value(best.mean)}, mean of ${plural(best.n, 'run')}.`
      : `${plural(best.tied + 1, 'cell')} tie for best: ${best.metric} ${value(best.mean)}.`;
  if (!effects) return { says: score, sure: `${runs.done} of ${plural(runs.total, 'run')} are done.` };
  const counted = `${effects.used} of ${plural(runs.total, 'run')} count.`;
  const certain = effects.differences
    .filter(({ verdict }) => verdict === 'difference')
    .sort((a, b) => Math.abs(b.estimate ?? 0) - Math.abs(a.estimate ?? 0));
  if (certain.length > 0)
    return {
      says: `${score} ${list(
        certain.map(({ sentence }) => sentence),
        2,
      )}`,
      sure: `${counted} ${corrected(certain, effects.differences.length)}`,
    };
  const detectable = effects.axes.flatMap((axis) => axis.detectable ?? []);
  const power =
    detectable.length === 0
      ? ''
      : ` Differences below ${value(Math.max(...detectable))} would be missed more than one time in five; more seeds find smaller ones.`;
  const told = effects.differences.some(({ verdict }) => verdict === 'could be noise');
  return {
    says: `${score} ${told ? 'No axis makes a difference that could not be noise.' : 'What the axes change cannot be told from noise yet.'}`,
    sure: `${counted}${power}`,
  };
}
