import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import * as hub from '@huggingface/tokenizers';
import { decodePieces, hasBytePieces } from './sentence-pieces.js';

/** A tokenizer as the templates need it. */
export interface Tokenizer {
  /** Ids of a text, the begin token first where the tokenizer adds one. */
  encode(text: string): number[];
  /** Text of ids without special tokens. */
  decode(ids: readonly number[]): string;
  readonly bosId: number | null;
  readonly eosId: number;
  readonly eosToken: string;
  readonly padId: number;
  /** Id that the reference takes for padding wherever it stands in a text, so that it never reaches the model; null where that is the end token. */
  readonly maskedId: number | null;
  /** A first piece gets a dummy prefix that text after a special token does not (Llama, `legacy: false`). */
  readonly prefixOnce: boolean;
  /** Texts get a dummy prefix (sentencepiece), so that a space at a text's end is a piece of its own. */
  readonly prefixes: boolean;
}

/** What is used of the library, whose own types do not resolve in native ESM. */
interface HubTokenizer {
  encode(text: string): { readonly ids: number[] };
  decode(ids: readonly number[]): string;
}
const { Tokenizer: HubTokenizer } = hub as unknown as {
  readonly Tokenizer: new (json: object, config: object) => HubTokenizer;
};

interface NormalizerJson {
  readonly type: string;
  readonly prepend?: string;
}
interface TokenizerJson {
  readonly normalizer: (NormalizerJson & { readonly normalizers?: readonly NormalizerJson[] }) | null;
  readonly pre_tokenizer?: { readonly type: string } | null;
  readonly post_processor: { readonly type: string; readonly single?: readonly object[] } | null;
  readonly added_tokens: readonly {
    readonly id: number;
    readonly content: string;
    readonly special?: boolean;
  }[];
  readonly model: { readonly vocab: Readonly<Record<string, number>> };
}
interface TokenizerConfig {
  readonly tokenizer_class?: string;
  readonly add_bos_token?: boolean;
  readonly legacy?: boolean;
  readonly bos_token?: string | { readonly content: string } | null;
  readonly eos_token?: string | { readonly content: string } | null;
  readonly pad_token?: string | { readonly content: string } | null;
  readonly unk_token?: string | { readonly content: string } | null;
}

/** Families for which the Factory takes the unknown token as padding, whatever the folder says (`post_load`). */
const PADS_WITH_UNKNOWN = /^(Llama|Gemma|CodeGen)Tokenizer(Fast)?$/;

async function readJson<T>(file: string): Promise<T> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as T;
  } catch (cause) {
    throw corrupt(file, (cause as Error).message, cause);
  }
}

const corrupt = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_TOKENIZER',
    `${file} is missing or no tokenizer: ${problem}.`,
    {
      path: file,
      rule: 'A tokenizer.json and tokenizer_config.json in the Hugging Face format.',
      fix: 'Restore the tokenizer files of this checkpoint.',
    },
    { cause },
  );

const contentOf = (token: TokenizerConfig['eos_token']): string | null =>
  typeof token === 'string' ? token : (token?.content ?? null);

/**
 * Reads tokenizer.json and tokenizer_config.json of a folder. Ids are those of the slow (Python) tokenizers that the Factory uses:
 * a Llama tokenizer with `legacy: false` (by default it is true) puts its dummy prefix before the whole text only. Errors: `BAD_TOKENIZER`, naming the file.
 */
export async function loadTokenizer(folder: string): Promise<Tokenizer> {
  const file = join(folder, 'tokenizer.json');
  const json = await readJson<TokenizerJson>(file);
  const config = await readJson<TokenizerConfig>(join(folder, 'tokenizer_config.json'));
  try {
    return makeTokenizer(file, json, config);
  } catch (cause) {
    throw cause instanceof AblateError ? cause : corrupt(file, (cause as Error).message, cause);
  }
}

/** Pieces by id, added tokens included. */
const piecesOf = ({ model, added_tokens }: TokenizerJson): ReadonlyMap<number, string> =>
  new Map([
    ...Object.entries(model.vocab).map(([piece, id]): [number, string] => [id, piece]),
    ...added_tokens.map(({ id, content }): [number, string] => [id, content]),
  ]);

function makeTokenizer(file: string, json: TokenizerJson, config: TokenizerConfig): Tokenizer {
  const steps = json.normalizer?.normalizers ?? (json.normalizer ? [json.normalizer] : []);
  const prefix = steps.find(({ type }) => type === 'Prepend')?.prepend ?? '';
  const prefixOnce = prefix !== '' && config.legacy === false;
  const normalizer = prefixOnce
    ? { type: 'Sequence', normalizers: steps.filter(({ type }) => type !== 'Prepend') }
    : json.normalizer;
  const library = new HubTokenizer({ ...json, normalizer, post_processor: null }, config);
  const idOf = (token: string | null): number | null =>
    token === null
      ? null
      : (json.added_tokens.find(({ content }) => content === token)?.id ?? json.model.vocab[token] ?? null);
  const eosToken = contentOf(config.eos_token);
  const eosId = idOf(eosToken);
  if (eosToken === null || eosId === null) throw corrupt(file, 'it names no end token');
  const unkId = idOf(contentOf(config.unk_token));
  const bosId = idOf(contentOf(config.bos_token));
  const ownPadId = idOf(contentOf(config.pad_token));
  const padId =
    (PADS_WITH_UNKNOWN.test(config.tokenizer_class ?? '') ? unkId : ownPadId) ?? ownPadId ?? unkId ?? eosId;
  const adds =
    config.add_bos_token ??
    (json.post_processor?.single?.[0] !== undefined && 'SpecialToken' in json.post_processor.single[0]);
  const specials = json.added_tokens.map(({ content }) => content);
  const special = new Set(json.added_tokens.flatMap((token) => (token.special ? [token.id] : [])));
  const prefixes = prefix !== '' || json.pre_tokenizer?.type === 'Metaspace';
  const pieces = hasBytePieces(json.model.vocab) ? piecesOf(json) : null;
  const encodeText = (text: string): number[] => {
    if (text === '') return [];
    if (!prefixOnce) return library.encode(text).ids;
    const ids = library.encode(prefix + text.replaceAll(prefix, ' ')).ids;
    return specials.some((token) => text.startsWith(token)) && ids[0] === json.model.vocab[prefix]
      ? ids.slice(1)
      : ids;
  };
  return {
    encode: (text) => [...(adds && bosId !== null ? [bosId] : []), ...encodeText(text)],
    decode: (ids) => {
      const visible = ids.filter((id) => !special.has(id));
      if (visible.length === 0) return '';
      if (!pieces) return library.decode(visible);
      return decodePieces(
        visible.map((id) => pieces.get(id) ?? ''),
        prefixOnce ? 'once' : prefixes ? 'legacy' : 'none',
      );
    },
    bosId: adds ? bosId : null,
    eosId,
    eosToken,
    padId,
    maskedId: padId === eosId ? null : padId,
    prefixOnce,
    prefixes,
  };
}
