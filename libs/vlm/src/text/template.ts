import { pythonStrip } from './python-strip.js';
import type { Tokenizer } from './tokenizer.js';

export const IMAGE_TOKEN = '<image>';
/** Stands for an image in token ids until the image's rows take its place. */
export const IMAGE_ID = -200;
export const NO_TARGET = -100;
const SEPARATOR = ' ASSISTANT: ';

export type TemplateName = 'pretrain' | 'llama' | 'phi';

/** A message as LLaVA stores it. */
export interface Message {
  readonly from: string;
  /** null = the answer that a model is asked for. */
  readonly value: string | null;
}

export interface EncodedConversation {
  readonly prompt: string;
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /** [masked length, token count] where the label mask does not meet the tokens; then no position is a target. */
  readonly mismatch: readonly [number, number] | null;
}

/** Question of a user slot: images first, once, whatever their place. Source: TinyLLaVA Factory `template/base.py`. */
const userText = (question: string): string =>
  question.includes(IMAGE_TOKEN)
    ? pythonStrip(`${IMAGE_TOKEN}\n${pythonStrip(question.replaceAll(IMAGE_TOKEN, ''))}`)
    : question;

/** Pairs of question and answer; a first message that is not the human's is dropped. */
function turnsOf(messages: readonly Message[]): [string, string | null][] {
  const rest = messages[0]?.from === 'human' ? messages : messages.slice(1);
  const turns: [string, string | null][] = [];
  for (let i = 0; i + 1 < rest.length; i += 2) turns.push([rest[i]!.value ?? '', rest[i + 1]!.value]);
  return turns;
}

/** The prompt of a conversation; with a last answer of null it ends where the model goes on. */
export function formatPrompt(
  messages: readonly Message[],
  template: TemplateName,
  system: string,
  endToken: string,
): string {
  const turns = turnsOf(messages);
  if (template === 'pretrain')
    return turns.map(([, answer]) => `${IMAGE_TOKEN}${answer === null ? '' : `${answer}\n`}`).join('');
  const body = turns
    .map(
      ([question, answer]) =>
        `USER: ${userText(question)} ASSISTANT:${answer === null ? '' : ` ${answer}${endToken}`}`,
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
): Pick<EncodedConversation, 'labels' | 'mismatch'> {
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
  if (mismatch) labels.fill(NO_TARGET);
  return { labels, mismatch };
}

/** A training sample's prompt, ids and labels. */
export function encodeConversation(
  messages: readonly Message[],
  template: TemplateName,
  system: string,
  tokenizer: Tokenizer,
  maxLength: number,
): EncodedConversation {
  const prompt = formatPrompt(messages, template, system, tokenizer.eosToken);
  const ids = encodePrompt(prompt, tokenizer);
  if (template === 'pretrain') return { prompt, ids, labels: pretrainLabels(ids, tokenizer), mismatch: null };
  return { prompt, ids, ...answerLabels(prompt, ids, tokenizer, maxLength) };
}
