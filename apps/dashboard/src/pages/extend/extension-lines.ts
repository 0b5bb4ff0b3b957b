import type { ExtensionView } from '@ablate/contracts';
import { plural } from '../../format/numbers.js';

/** What stays and what is new, in sentences. */
export const extensionLines = (view: ExtensionView): string[] => [
  `${plural(view.before.cells, 'cell')} and ${plural(view.before.runs, 'run')} stay as they are.`,
  ...view.axes.map(
    ({ axis, levels, isNew }) => `${isNew ? 'New axis' : 'New levels of'} ${axis}: ${levels.join(', ')}.`,
  ),
  ...(view.seeds.length > 0 ? [`New seeds: ${view.seeds.join(', ')}.`] : []),
  ...(view.benchmarks.length > 0 ? [`New benchmarks: ${view.benchmarks.join(', ')}.`] : []),
  ...(view.evaluatedAgain > 0 ? [`Evaluated again: ${plural(view.evaluatedAgain, 'run')} of before.`] : []),
  ...(view.placed > 0
    ? [
        `${plural(view.placed, 'cell')} take the level on the new axis which they ran with; nothing is trained for that.`,
      ]
    : []),
];
