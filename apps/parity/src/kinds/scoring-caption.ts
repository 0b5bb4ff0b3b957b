import { bleu, captionTokens, ciderOfTokens, rougeL } from '@ablate/scoring';
import type { Checks } from '../checks.js';
import type { GoldenCase } from '../golden-case.js';
import { aggregateOf, checkNumbers, itemsOf, toleranceOf } from './scoring-case.js';

interface Item {
  readonly caption: string;
  readonly references: readonly string[];
  readonly tokens: string;
  readonly reference_tokens: readonly string[];
  readonly bleu: readonly number[];
  readonly rouge_l: number;
  readonly cider: number;
  readonly ptb_tokens: string;
  readonly ptb_reference_tokens: readonly string[];
  readonly ptb_bleu: readonly number[];
  readonly ptb_rouge_l: number;
  readonly ptb_cider: number;
}
interface Corpus {
  readonly bleu: readonly number[];
  readonly rouge_l: number;
  readonly cider: number;
}
interface Subset {
  readonly items?: readonly number[];
  readonly captions?: readonly string[];
  readonly references?: string;
  readonly corpus: Corpus;
  readonly per_item_cider?: readonly number[];
  readonly per_item?: {
    readonly bleu: readonly (readonly number[])[];
    readonly rouge_l: readonly number[];
    readonly cider: readonly number[];
  };
}
interface Aggregate {
  readonly simple_tokens: Corpus;
  readonly ptb_tokens: Corpus;
  readonly subsets_simple_tokens?: Readonly<Record<string, Subset>>;
}

const simple = (text: string): string => captionTokens(text).join(' ');
const split = (text: string): string[] => text.split(' ').filter((token) => token !== '');

/** All three metrics of captions of tokens. */
function score(captions: readonly string[], references: readonly (readonly string[])[]) {
  const words = bleu(captions, references);
  const sequence = rougeL(captions, references);
  const consensus = ciderOfTokens(
    captions.map(split),
    references.map((texts) => texts.map(split)),
  );
  return {
    corpus: { bleu: words.corpus, rouge_l: sequence.mean, cider: consensus.mean },
    items: { bleu: words.scores, rouge_l: sequence.scores, cider: consensus.scores },
  };
}

export function caption(golden: GoldenCase, checks: Checks): void {
  const tolerance = toleranceOf(golden);
  const items = itemsOf<Item>(golden);
  const tokens = items.map((item) => simple(item.caption));
  const references = items.map((item) => item.references.map(simple));
  items.forEach((item, i) => {
    checks.same(`${i}: tokens`, tokens[i], item.tokens);
    checks.same(`${i}: reference tokens`, references[i], item.reference_tokens);
  });
  const own = score(tokens, references);
  const ptb = score(
    items.map((item) => item.ptb_tokens),
    items.map((item) => item.ptb_reference_tokens),
  );
  items.forEach((item, i) => {
    for (const [prefix, found] of [
      ['', own],
      ['ptb_', ptb],
    ] as const)
      for (const name of ['bleu', 'rouge_l', 'cider'] as const)
        checkNumbers(
          checks,
          `${i}: ${prefix}${name}`,
          found.items[name][i],
          item[`${prefix}${name}`],
          tolerance,
        );
  });
  const { simple_tokens, ptb_tokens, subsets_simple_tokens = {} } = aggregateOf<Aggregate>(golden);
  checkNumbers(checks, 'simple_tokens', own.corpus, simple_tokens, tolerance);
  checkNumbers(checks, 'ptb_tokens', ptb.corpus, ptb_tokens, tolerance);
  for (const [name, subset] of Object.entries(subsets_simple_tokens)) {
    const chosen = subset.items ?? [];
    // `'a dog on a mat' for each`
    const same = /^'(.*)'/.exec(subset.references ?? '')?.[1];
    const found = subset.captions
      ? score(
          subset.captions,
          subset.captions.map(() => [same ?? '']),
        )
      : score(
          chosen.map((i) => tokens[i]!),
          chosen.map((i) => references[i]!),
        );
    checkNumbers(checks, `${name}.corpus`, found.corpus, subset.corpus, tolerance);
    if (subset.per_item_cider)
      checkNumbers(checks, `${name}.cider`, found.items.cider, subset.per_item_cider, tolerance);
    if (subset.per_item) checkNumbers(checks, `${name}.items`, found.items, subset.per_item, tolerance);
  }
}
