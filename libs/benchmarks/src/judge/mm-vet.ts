import type { Question } from '@ablate/datasets';
import type { JudgeRequest } from './judge.js';

/** Number of this wording; a change of it demands another. */
export const MM_VET_PROMPT = 1;

const ASKED = 'What is x in the equation?';
const MEME =
  'This meme is poking fun at the fact that the names of the countries Iceland and Greenland are misleading. Despite its name, Iceland is known for its beautiful green landscapes, while Greenland is mostly covered in ice and snow. The meme is saying that the person has trust issues because the names of these countries do not accurately represent their landscapes.';
const EXAMPLES: readonly (readonly [question: string, truth: string, prediction: string, score: string])[] = [
  [ASKED, '-1 <AND> -5', 'x = 3', '0.0'],
  [ASKED, '-1 <AND> -5', 'x = -1', '0.5'],
  [ASKED, '-1 <AND> -5', 'x = -5', '0.5'],
  [ASKED, '-1 <AND> -5', 'x = -5 or 5', '0.5'],
  [ASKED, '-1 <AND> -5', 'x = -1 or x = -5', '1.0'],
  [
    'Can you explain this meme?',
    MEME,
    "The meme talks about Iceland and Greenland. It's pointing out that despite their names, Iceland is not very icy and Greenland isn't very green.",
    '0.4',
  ],
  [
    'Can you explain this meme?',
    MEME,
    "The meme is using humor to point out the misleading nature of Iceland's and Greenland's names. Iceland, despite its name, has lush green landscapes while Greenland is mostly covered in ice and snow. The text 'This is why I have trust issues' is a playful way to suggest that these contradictions can lead to distrust or confusion. The humor in this meme is derived from the unexpected contrast between the names of the countries and their actual physical characteristics.",
    '1.0',
  ],
];
const TASK =
  'Compare the ground truth and prediction from AI models, to give a correctness score for the prediction. <AND> in the ground truth means it is totally right only when all elements in the ground truth are present in the prediction, and <OR> means it is totally right when any one element in the ground truth is present in the prediction. The correctness score is 0.0 (totally wrong), 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, or 1.0 (totally right). Just complete the last space of the correctness score.';

/** MM-Vet's few-shot table with one row to complete. Source: Yu et al. 2023, the evaluator's prompt. */
export function mmVetRequest(model: string, { question, target }: Question, answer: string): JudgeRequest {
  const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ');
  const table = [
    'Question | Ground truth | Prediction | Correctness',
    '--- | --- | --- | ---',
    ...EXAMPLES.map((row) => row.join(' | ')),
    `${[question, target.replaceAll('<AND>', ' <AND> ').replaceAll('<OR>', ' <OR> '), answer].map(oneLine).join(' | ')} | `,
  ];
  const content = `${TASK}\n\n${table.join('\n')}`;
  return { model, prompt: MM_VET_PROMPT, messages: [{ role: 'user', content }], maxTokens: 8 };
}

/** The grade of a verdict, 0 to 1; null where it holds none. */
export function mmVetGrade(verdict: string): number | null {
  const value = Number(/^\W*([01](?:\.\d+)?)/.exec(verdict)?.[1] ?? NaN);
  return value >= 0 && value <= 1 ? value : null;
}
