import type { EffectsReport } from './analyse-effects.js';
import type { ModelEffects } from './model-effects.js';

/** How many are named before the rest is counted. */
const named = 3;

function cellsText(cells: EffectsReport['missingCells']): string {
  const texts = cells.slice(0, named).map((cell) => Object.values(cell).join(' + '));
  return cells.length > named ? `${texts.join(', ')} and ${cells.length - named} more` : texts.join(', ');
}

/**
 * What a model cannot tell and why, one sentence each: terms that are not or only partly estimable, what the error stands for, and that
 * nothing is left for one. Empty where all is well.
 */
export function explainModel(
  { missingCells, seedNoise }: Pick<EffectsReport, 'missingCells' | 'seedNoise'>,
  model: ModelEffects,
): readonly string[] {
  const notes: string[] = [];
  const missing = missingCells.length > 0 ? ` Never run: ${cellsText(missingCells)}.` : '';
  for (const { term, df, dfFull, estimable } of model.anovaType2) {
    const name = term.join(' x ');
    if (estimable === 'part')
      notes.push(
        `${name}: ${df} of ${dfFull} contrasts can be told from the other terms; the rest cannot.${missing}`,
      );
    else if (estimable === 'none' && dfFull > 0)
      notes.push(`${name}: not estimable, it cannot be told from the other terms.${missing}`);
  }
  if (model.rankDeficiency > 0)
    notes.push('No unique coefficients exist; figures without a value are those that no solution agrees on.');
  if (model.msResidual === null)
    notes.push(
      'The model fits every cell and leaves no error: no intervals, no tests. Add seeds or drop interactions.',
    );
  else if (seedNoise.df === 0)
    notes.push(
      `Each cell ran once: the error (${model.dfResidual} df) is what the model leaves out, not noise between seeds.`,
    );
  return notes;
}
