import { shortCaption, longCaption } from './captions.js';
import {
  captionTurn,
  drawQuestions,
  fullCaptionTurn,
  TURN_WEIGHTS,
  type Turn,
  type TurnWeights,
} from './dialogues.js';
import type { Random } from './random.js';
import { drawScene, type Pool } from './scenes.js';

/** A text for language modelling: a gloss, or a dialogue in which the caption stands where the image will stand. */
export type LanguageSample =
  | { readonly kind: 'gloss'; readonly text: string }
  | { readonly kind: 'dialogue'; readonly caption: string; readonly turns: readonly Turn[] };

export interface LanguagePhase {
  /** Share of documents that are glosses. */
  readonly glosses: number;
  /** Questions a dialogue. */
  readonly turns: readonly [number, number];
  /** Share of dialogues that ask for the caption itself, a copying task. */
  readonly copies: number;
  readonly weights: TurnWeights;
  /** Share of dialogues about one thing; the others need words to be bound to their places. */
  readonly singles: number;
}

/** Phase A: everything is a target. */
export const PHASE_A: LanguagePhase = {
  glosses: 0.4,
  turns: [1, 4],
  copies: 0.25,
  weights: TURN_WEIGHTS,
  singles: 0.4,
};
/** Phase B: answers are targets; position and choice, the late skills, are drawn oftener. */
export const PHASE_B: LanguagePhase = {
  glosses: 0.15,
  turns: [6, 6],
  copies: 0.3,
  weights: { ...TURN_WEIGHTS, position: 2, choice: 1.5, colour: 0.7, category: 0.7, count: 0.3 },
  singles: 0.4,
};

/** Draws a document. */
export function drawLanguageSample(
  random: Random,
  pool: Pool,
  glosses: readonly string[],
  phase: LanguagePhase,
): LanguageSample {
  if (random.unit() < phase.glosses) return { kind: 'gloss', text: random.pick(glosses) };
  const scene = drawScene(random, pool, random.unit() < phase.singles ? 'single' : 'scene');
  const rich = random.unit() < 0.25;
  const caption = rich ? longCaption(scene) : shortCaption(scene);
  const questions = drawQuestions(random, scene, random.integer(...phase.turns), phase.weights);
  const copy = rich ? fullCaptionTurn(scene) : captionTurn(scene);
  return {
    kind: 'dialogue',
    caption,
    turns: random.unit() < phase.copies ? [copy, ...questions] : questions,
  };
}
