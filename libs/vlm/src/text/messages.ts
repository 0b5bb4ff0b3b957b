import { AblateError } from '@ablate/errors';
import { pythonStrip } from './python-strip.js';

export const IMAGE_TOKEN = '<image>';
/** Stands for an image in token ids until the image's rows take its place. */
export const IMAGE_ID = -200;
export const NO_TARGET = -100;

/** A message as LLaVA stores it. */
export interface Message {
  readonly from: string;
  /** null = the answer that a model is asked for. */
  readonly value: string | null;
}

/**
 * Question of a user slot: images first, whatever their place; once, or with `all` as often as they stand there.
 * Source: TinyLLaVA Factory `template/base.py`.
 */
export function userText(question: string, all: boolean): string {
  if (!question.includes(IMAGE_TOKEN)) return question;
  const images = all ? question.split(IMAGE_TOKEN).length - 1 : 1;
  return pythonStrip(
    `${`${IMAGE_TOKEN}\n`.repeat(images)}${pythonStrip(question.replaceAll(IMAGE_TOKEN, ''))}`,
  );
}

/** Messages that count: a first one that is not the human's is dropped. */
export const messagesOf = (messages: readonly Message[]): readonly Message[] =>
  messages[0]?.from === 'human' ? messages : messages.slice(1);

/** Pairs of question and answer. Errors: `ODD_TURNS`, where the reference fails too. */
export function turnsOf(messages: readonly Message[]): [string, string | null][] {
  const rest = messagesOf(messages);
  if (rest.length % 2 !== 0) {
    throw new AblateError(
      'ODD_TURNS',
      `A conversation has ${rest.length} messages, so one has no counterpart.`,
      {
        path: 'conversations',
        value: rest.length,
        rule: 'Questions and answers come in pairs; a first message that is not from "human" is dropped.',
        fix: 'Remove the message, or add its counterpart.',
      },
    );
  }
  return Array.from({ length: rest.length / 2 }, (_, i) => [
    rest[2 * i]!.value ?? '',
    rest[2 * i + 1]!.value,
  ]);
}
