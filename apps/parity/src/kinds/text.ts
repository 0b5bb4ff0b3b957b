import { DEFAULT_SYSTEM, type TemplateName } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import {
  encodeConversation,
  encodePrompt,
  formatPrompt,
  loadTokenizer,
  type Message,
  type Tokenizer,
} from '@ablate/vlm';
import type { Checks } from '../checks.js';
import { hasFile, readJson, type GoldenCase } from '../golden-case.js';
import type { Kind } from '../kinds.js';

/** Where a case has no limit of its own, as in `labels_pretrain`. */
const NO_LIMIT = 1_000_000;

interface Sample {
  readonly name: string;
  readonly model_max_length?: number;
  readonly conversation: readonly Message[];
  readonly prompt: string;
  readonly input_ids: readonly number[];
  readonly labels: readonly number[];
  readonly mismatch: boolean;
  readonly mismatch_counts?: readonly number[] | null;
  readonly masked_prefix?: number;
  readonly image_ids_left_in_labels?: number;
  readonly error?: string | null;
}

/** Where the reference raises, a named error or the better behaviour passes; a defect of ours does not. */
export function failsClearly(checks: Checks, name: string, run: () => unknown): void {
  try {
    run();
    checks.same(`${name} (reference fails)`, 'done', 'done');
  } catch (error) {
    if (error instanceof AblateError) checks.same(`${name} (reference fails)`, true, error.message !== '');
    else checks.fail(name, `raises ${String(error)}, which is no named error`);
  }
}

const count = (ids: readonly number[], wanted: number): number => ids.filter((id) => id === wanted).length;

function checkSample(checks: Checks, sample: Sample, template: TemplateName, tokenizer: Tokenizer): void {
  const { name, conversation, model_max_length: limit = NO_LIMIT } = sample;
  const system = template === 'pretrain' ? '' : DEFAULT_SYSTEM;
  const encode = () => encodeConversation(conversation, template, system, tokenizer, limit);
  if (sample.error) return failsClearly(checks, name, encode);
  const { prompt, ids, labels, mismatch } = encode();
  checks.same(`${name}: prompt`, prompt, sample.prompt);
  checks.same(`${name}: ids`, ids, sample.input_ids);
  checks.same(`${name}: labels`, labels, sample.labels);
  checks.same(`${name}: mismatch`, mismatch !== null, sample.mismatch);
  if (sample.mismatch_counts) checks.same(`${name}: counts`, mismatch, sample.mismatch_counts);
  if (sample.masked_prefix !== undefined) {
    const first = labels.findIndex((label) => label !== -100);
    checks.same(`${name}: masked prefix`, first < 0 ? labels.length : first, sample.masked_prefix);
  }
  if (sample.image_ids_left_in_labels !== undefined)
    checks.same(`${name}: images in labels`, count(labels, -200), sample.image_ids_left_in_labels);
}

/** The reference leaves its slot's name in a pretraining prompt without an answer, which it never uses. */
const UNFILLED = '{{content}}\n:';

function checkQuestion(checks: Checks, sample: Sample, template: TemplateName, tokenizer: Tokenizer): void {
  const { name, conversation, prompt, input_ids } = sample;
  const system = template === 'pretrain' ? '' : DEFAULT_SYSTEM;
  const format = () => formatPrompt(conversation, template, system, tokenizer.eosToken);
  if (sample.error) return failsClearly(checks, `${name} (eval)`, format);
  const found = format();
  if (template === 'pretrain') {
    checks.same(`${name} (eval): prompt`, found, prompt.replace(UNFILLED, ''));
    checks.same(`${name} (eval): ids`, encodePrompt(prompt, tokenizer), input_ids);
    return;
  }
  checks.same(`${name} (eval): prompt`, found, prompt);
  checks.same(`${name} (eval): ids`, encodePrompt(found, tokenizer), input_ids);
}

/** Prompts, ids, labels and decoded texts of a template with a tokenizer, all exact. */
export const textPreprocess: Kind = async (golden, checks) => {
  const { conv_version: template } = (golden.json as { config: { conv_version: TemplateName } }).config;
  const tokenizer = await loadTokenizer(golden.folder);
  for (const sample of readJson<Sample[]>(golden, 'cases.json'))
    checkSample(checks, sample, template, tokenizer);
  if (hasFile(golden, 'eval.json'))
    for (const sample of readJson<Sample[]>(golden, 'eval.json'))
      checkQuestion(checks, sample, template, tokenizer);
  if (hasFile(golden, 'decode.json')) checkDecoding(checks, golden, tokenizer);
};

function checkDecoding(checks: Checks, golden: GoldenCase, tokenizer: Tokenizer): void {
  const cases = readJson<{ ids: number[]; slow_skip_special: string }[]>(golden, 'decode.json');
  for (const [i, { ids, slow_skip_special }] of cases.entries())
    checks.same(`decode ${i}`, tokenizer.decode(ids), slow_skip_special);
}

/** The pretraining template's labels with several tokenizers, each in a folder of its own. */
export const labelsPretrain: Kind = async (golden, checks) => {
  const { tokenizers } = (golden.json as { config: { tokenizers: Record<string, unknown> } }).config;
  for (const name of Object.keys(tokenizers)) {
    const tokenizer = await loadTokenizer(`${golden.folder}/${name}`);
    for (const sample of readJson<Sample[]>(golden, `${name}/cases.json`))
      checkSample(checks, { ...sample, name: `${name} ${sample.name}` }, 'pretrain', tokenizer);
  }
};
