import { longCaption, shortCaption } from './captions.js';
import { askAbout, type Question, type QuestionType } from './questions.js';
import { cumulate, type Random } from './random.js';
import type { Scene } from './scenes.js';

/** How often each type of question is drawn. */
export type TurnWeights = Readonly<Record<QuestionType, number>>;

/** The mixture that the tiny models were seen to learn from. */
export const TURN_WEIGHTS: TurnWeights = {
  colour: 1,
  category: 1,
  count: 0.6,
  position: 1.2,
  'exists-category': 1.6,
  'exists-colour': 1.6,
  choice: 0.7,
};

/** `count` different questions about a scene, types by weight. Fewer when the scene allows no more. */
export function drawQuestions(
  random: Random,
  scene: Scene,
  count: number,
  weights: TurnWeights = TURN_WEIGHTS,
): Question[] {
  const types = Object.keys(weights) as QuestionType[];
  const cumulative = cumulate(types.map((type) => weights[type]));
  const questions = new Map<string, Question>();
  for (let tries = 0; questions.size < count && tries < 20 * count; tries += 1) {
    const drawn = askAbout(random, scene, types[random.weighted(cumulative)]!);
    if (drawn && !questions.has(drawn.question)) questions.set(drawn.question, drawn);
  }
  return [...questions.values()];
}

/** One LLaVA turn pair. */
export interface Turn {
  readonly question: string;
  readonly answer: string;
}

export const DESCRIBE = 'Describe the image.';
export const DESCRIBE_FULLY = 'Describe everything in the image.';

export const captionTurn = (scene: Scene): Turn => ({ question: DESCRIBE, answer: shortCaption(scene) });
export const fullCaptionTurn = (scene: Scene): Turn => ({
  question: DESCRIBE_FULLY,
  answer: longCaption(scene),
});
