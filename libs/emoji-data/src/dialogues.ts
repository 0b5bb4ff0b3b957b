import { longCaption, shortCaption } from './captions.js';
import { askAbout, existsCategory, existsColour, type Question, type QuestionType } from './questions.js';
import { cumulate, type Random } from './random.js';
import type { Scene, Thing } from './scenes.js';

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

const PRESENCE = {
  'exists-category': { ask: existsCategory, of: ({ sprite }: Thing) => sprite.concept.category },
  'exists-colour': { ask: existsColour, of: ({ sprite }: Thing) => sprite.colour },
} as const;
const isPresence = (type: QuestionType): type is keyof typeof PRESENCE => type in PRESENCE;

/**
 * A new question for presence, yes and no equally often: a coin opens each pair. Null when every "yes" is asked: there are few of
 * them and many "no", which would otherwise fill the dialogue and teach to deny.
 */
function askPresence(
  random: Random,
  scene: Scene,
  type: keyof typeof PRESENCE,
  asked: ReadonlyMap<string, Question>,
): Question | null {
  const { ask, of } = PRESENCE[type];
  const answers = [...asked.values()].filter((question) => question.type === type);
  const yes = answers.filter(({ answer }) => answer === 'yes').length;
  const no = answers.length - yes;
  if (yes === no && yes === new Set(scene.things.map(of)).size) return null;
  const wanted = yes === no ? random.unit() < 0.5 : yes < no;
  for (;;) {
    const question = ask(random, scene, wanted);
    if (question === null || !asked.has(question.question)) return question;
  }
}

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
    const type = types[random.weighted(cumulative)]!;
    const drawn = isPresence(type)
      ? askPresence(random, scene, type, questions)
      : askAbout(random, scene, type);
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
