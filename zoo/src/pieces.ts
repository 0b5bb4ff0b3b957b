import type { LanguageSample } from '@ablate/emoji-data';

/** The zoo's system sentence: nine tokens; TinyLLaVA's would be longer than the image. */
export const SYSTEM = 'A chat between a user and an assistant.';

/** A run of text of a document; `target` = the model learns to write it. */
export interface Piece {
  readonly text: string;
  readonly target: boolean;
}

const context = (text: string): Piece => ({ text, target: false });
const answer = (text: string): Piece => ({ text, target: true });

/**
 * A document in TinyLLaVA's conversation template (`SYS USER: <image>\nq ASSISTANT: a</s>USER: ...`), the caption where the image
 * will stand. `plain` gives the pretraining template instead: image, then caption.
 */
export function piecesOf(sample: LanguageSample, end: string, plain: boolean): Piece[] {
  if (sample.kind === 'gloss') return [answer(sample.text), answer(end)];
  if (plain) return [context(sample.caption), answer(`${sample.caption}\n`), answer(end)];
  return [
    context(`${SYSTEM} USER: `),
    context(sample.caption),
    ...sample.turns.flatMap((turn, i) => [
      context(`${i === 0 ? '\n' : 'USER: '}${turn.question} ASSISTANT:`),
      answer(` ${turn.answer}`),
      answer(end),
    ]),
  ];
}
