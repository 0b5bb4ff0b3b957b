import type { TemplateName } from '@ablate/catalogue';
import { IMAGE_ID, IMAGE_TOKEN, NO_TARGET, turnsOf, userText, type Message } from './messages.js';
import { encodeSegments, isSegmented, segmentsOf } from './segments.js';
import type { Tokenizer } from './tokenizer.js';

const SEPARATOR = ' ASSISTANT: ';

export interface EncodedConversation {
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /** [masked length, token count] where the label mask does not meet the tokens; then no position is a target. */
  readonly mismatch: readonly [number, number] | null;
  /** With a mismatch, the labels up to the place where the mask fails, which the reference throws away; else `labels`. */
  readonly understood: readonly number[];
}

/**
 * The prompt of a conversation; with a last answer of null it ends where the model goes on. `severalImages`: the record has more than
 * one image, so that every placeholder of a question counts (the reference knows one image a record, and keeps one a question).
 * Errors: `ODD_TURNS`.
 */
export function formatPrompt(
  messages: readonly Message[],
  template: TemplateName,
  system: string,
  endToken: string,
  severalImages = false,
): string {
  if (isSegmented(template))
    return segmentsOf(messages, template, system, endToken)
      .map(({ text }) => text)
      .join('');
  const turns = turnsOf(messages);
  if (template === 'pretrain')
    return turns.map(([, answer]) => `${IMAGE_TOKEN}${answer === null ? '' : `${answer}\n`}`).join('');
  const body = turns
    .map(
      ([question, answer]) =>
        `USER: ${userText(question, severalImages)} ASSISTANT:${answer === null ? '' : ` ${answer}${endToken}`}`,
    )
    .join('');
  return system === '' || turns.length === 0 ? body : `${system} ${body}`;
}

/** Ids of a prompt: every chunk between images on its own, the begin token kept once, -200 for each image. Source: `tokenizer_image_token`. */
export function encodePrompt(prompt: string, tokenizer: Tokenizer): number[] {
  const chunks = prompt.split(IMAGE_TOKEN).map((chunk) => tokenizer.encode(chunk));
  const begins = chunks[0]!.length > 0 && tokenizer.bosId !== null && chunks[0]![0] === tokenizer.bosId;
  const skip = begins ? 1 : 0;
  return [
    ...chunks[0]!.slice(0, skip),
    ...chunks.flatMap((chunk, i) => [...(i > 0 ? [IMAGE_ID] : []), ...chunk.slice(skip)]),
  ];
}

/** Pretraining: everything but the leading image (and begin token) is a target. Source: Factory `template/pretrain_template.py`. */
function pretrainLabels(ids: readonly number[], tokenizer: Tokenizer): number[] {
  const lead = encodePrompt(IMAGE_TOKEN, tokenizer).length;
  return ids.map((id, i) => (i < lead ? NO_TARGET : id));
}

/**
 * Supervised fine-tuning: only answers and their end tokens are targets. The arithmetic is the reference's
 * (`make_labels`, `_make_masks`), so that what it would silently lose is found and named here.
 */
function answerLabels(
  prompt: string,
  ids: readonly number[],
  tokenizer: Tokenizer,
  maxLength: number,
): Pick<EncodedConversation, 'labels' | 'mismatch' | 'understood'> {
  const { bosId, eosId, eosToken, padId, prefixOnce } = tokenizer;
  const labels = [...ids];
  const bos = bosId === null ? 0 : 1;
  const lengthOf = (text: string): number => encodePrompt(text, tokenizer).length;
  const ends = prompt.split(eosToken).length - 1;
  const total = ids.filter((id) => id !== padId).length + (padId === eosId ? ends : 0);
  let at = bos;
  labels.fill(NO_TARGET, 0, at);
  for (const [i, round] of prompt.split(eosToken).entries()) {
    if (round === '') break;
    const parts = round.split(SEPARATOR);
    if (parts.length !== 2) break;
    const shift = bos + (prefixOnce && i > 0 ? 1 : 0);
    const instruction = lengthOf(parts[0]! + SEPARATOR) - 1 - shift;
    labels.fill(NO_TARGET, at, at + instruction);
    at += lengthOf(round) + 1 - shift;
  }
  labels.fill(NO_TARGET, at);
  const mismatch = at < maxLength && at !== total ? ([at, total] as const) : null;
  return { labels: mismatch ? labels.map(() => NO_TARGET) : labels, mismatch, understood: labels };
}

/** Ids of a conversation whose last answer is asked for. Errors: `ODD_TURNS`. */
export function encodeQuestion(
  messages: readonly Message[],
  template: TemplateName,
  system: string,
  tokenizer: Tokenizer,
): readonly number[] {
  if (isSegmented(template))
    return encodeSegments(segmentsOf(messages, template, system, tokenizer.eosToken), tokenizer).ids;
  return encodePrompt(formatPrompt(messages, template, system, tokenizer.eosToken), tokenizer);
}

/** A training sample's prompt, ids and labels; `severalImages` as in `formatPrompt`. Errors: `ODD_TURNS`. */
export function encodeConversation(
  messages: readonly Message[],
  template: TemplateName,
  system: string,
  tokenizer: Tokenizer,
  maxLength: number,
  severalImages = false,
): EncodedConversation {
  const prompt = formatPrompt(messages, template, system, tokenizer.eosToken, severalImages);
  if (isSegmented(template)) {
    const segments = segmentsOf(messages, template, system, tokenizer.eosToken);
    const { ids, labels } = encodeSegments(segments, tokenizer);
    return { prompt, ids, labels, mismatch: null, understood: labels };
  }
  const ids = encodePrompt(prompt, tokenizer);
  if (template === 'pretrain') {
    const labels = pretrainLabels(ids, tokenizer);
    return { prompt, ids, labels, mismatch: null, understood: labels };
  }
  return { prompt, ids, ...answerLabels(prompt, ids, tokenizer, maxLength) };
}
