import type { TemplateName } from '@ablate/catalogue';
import { IMAGE_ID, IMAGE_TOKEN, NO_TARGET, turnsOf, type Message } from './messages.js';
import { pythonStrip } from './python-strip.js';
import type { Tokenizer } from './tokenizer.js';

/** A part of a prompt that is tokenised on its own, as the model will meet it when it answers. */
export interface Segment {
  readonly text: string;
  /** Whether the model learns to write it. */
  readonly target: boolean;
}

type Segmented = 'chatml' | 'prismatic';
export const isSegmented = (template: TemplateName): template is Segmented =>
  template === 'chatml' || template === 'prismatic';

const plain = (text: string): Segment => ({ text, target: false });
const learnt = (text: string): Segment => ({ text, target: true });
const START = '<|im_start|>';
const END = '<|im_end|>';

/**
 * Roles between markers; the answer and its end marker are learnt, images stay where they stand.
 * Source: the chat template of SmolLM2 and Qwen, as nanoVLM trains on it.
 */
function chatml(messages: readonly Message[], system: string): Segment[] {
  const turns = turnsOf(messages).flatMap(([question, answer]) => {
    const lead = plain(`${START}user\n${question}${END}\n${START}assistant\n`);
    return answer === null ? [lead] : [lead, learnt(`${answer}${END}`), plain('\n')];
  });
  return system === '' ? turns : [plain(`${START}system\n${system}${END}\n`), ...turns];
}

/**
 * "In: question\\nOut: answer" with an end token; images stand once at the very beginning, after the begin token, whatever their place.
 * No system sentence. Source: Prismatic, `PurePromptBuilder`, and `prismatic.py` where patches follow the first token.
 */
function prismatic(messages: readonly Message[], endToken: string): Segment[] {
  const bare = (text: string): string => pythonStrip(text.replaceAll(IMAGE_TOKEN, ''));
  const images = messages.reduce((n, { value }) => n + (value ?? '').split(IMAGE_TOKEN).length - 1, 0);
  const turns = turnsOf(messages).flatMap(([question, answer]) => {
    const lead = plain(`In: ${bare(question)}\nOut: `);
    return answer === null ? [lead] : [lead, learnt(`${bare(answer) || ' '}${endToken}`)];
  });
  return images === 0 ? turns : [plain(IMAGE_TOKEN.repeat(images)), ...turns];
}

/** The parts of a conversation; with a last answer of null the last one ends where the model goes on. */
export const segmentsOf = (
  messages: readonly Message[],
  template: Segmented,
  system: string,
  endToken: string,
): Segment[] => (template === 'chatml' ? chatml(messages, system) : prismatic(messages, endToken));

/** Ids and labels of segments: one begin token before all, where the tokenizer adds one; -200 for each image. */
export function encodeSegments(
  segments: readonly Segment[],
  tokenizer: Tokenizer,
): { readonly ids: number[]; readonly labels: number[] } {
  const begin = tokenizer.bosId;
  const bare = (text: string): number[] => {
    // A sentencepiece tokenizer would make the last space a piece, and the answer brings its own.
    const ids = tokenizer.encode(tokenizer.prefixes ? text.replace(/ $/, '') : text);
    return ids[0] === begin ? ids.slice(1) : ids;
  };
  const ids: number[] = begin === null ? [] : [begin];
  const labels: number[] = begin === null ? [] : [NO_TARGET];
  for (const { text, target } of segments) {
    const own = text
      .split(IMAGE_TOKEN)
      .flatMap((chunk, i) => [...(i > 0 ? [IMAGE_ID] : []), ...(chunk === '' ? [] : bare(chunk))]);
    ids.push(...own);
    labels.push(...own.map((id) => (target ? id : NO_TARGET)));
  }
  return { ids, labels };
}
