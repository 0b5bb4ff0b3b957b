import { mean } from './mean.js';
import { strip } from './python-text.js';

const PERCEPTION = [
  'existence',
  'count',
  'position',
  'color',
  'posters',
  'celebrity',
  'scene',
  'landmark',
  'artwork',
  'OCR',
];

/**
 * Reads yes or no: the text alone (lower case, trimmed, periods removed), or "y" or "n", else the first four characters.
 * Source: lmms-eval (75571cf), tasks/mme/utils.py `parse_pred_ans`.
 */
export function mmeAnswer(text: string): 'yes' | 'no' | 'other' {
  const bare = strip(text.toLowerCase()).replaceAll('.', '');
  if ([...bare].length === 1) return bare === 'y' ? 'yes' : bare === 'n' ? 'no' : 'other';
  const lead = [...bare].slice(0, 4).join('');
  if (lead.includes('yes')) return 'yes';
  return lead.includes('no') ? 'no' : 'other';
}

/** Whether a response gives the answer that is wanted ("Yes", "no."). */
export const mmeCorrect = (text: string, wanted: string): boolean =>
  mmeAnswer(text) === strip(wanted.toLowerCase()).replaceAll('.', '');

export interface MmeItem {
  /** Subtask, e.g. `existence`. */
  readonly category: string;
  /** Image: the two questions of one image share it. */
  readonly questionId: string;
  readonly correct: boolean;
}

export interface MmeScores {
  /** Sum over the perception subtasks, at most 2000; what papers report. */
  readonly perception: number;
  /** Sum over the others, at most 800. */
  readonly cognition: number;
  /** Percent of right answers + percent of images with all answers right, 0 to 200. */
  readonly subtasks: Readonly<Record<string, number>>;
}

/** MME's scores. Source: Fu et al. 2023; lmms-eval (75571cf), tasks/mme/utils.py `mme_aggregate_results`. */
export function mmeScores(items: readonly MmeItem[]): MmeScores {
  const subtasks = new Map<string, Map<string, boolean[]>>();
  for (const { category, questionId, correct } of items) {
    const images = subtasks.get(category) ?? new Map<string, boolean[]>();
    subtasks.set(category, images.set(questionId, [...(images.get(questionId) ?? []), correct]));
  }
  const scores = [...subtasks].map(([category, images]): [string, number] => [
    category,
    mean(
      [...images.values()].map(
        (answers) => 100 * (mean(answers.map(Number)) + Number(answers.every((right) => right))),
      ),
    ),
  ]);
  const sum = (isPart: boolean): number =>
    scores.reduce(
      (total, [name, value]) => (PERCEPTION.includes(name) === isPart ? total + value : total),
      0,
    );
  return { perception: sum(true), cognition: sum(false), subtasks: Object.fromEntries(scores) };
}
