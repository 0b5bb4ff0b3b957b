import * as hub from '@huggingface/tokenizers';
import { cachedEncode, type Encode } from './language-batches.js';

/** What is used of the library, whose own types do not resolve in native ESM. */
interface HubTokenizer {
  encode(text: string): { readonly ids: number[] };
}
const { Tokenizer } = hub as unknown as {
  readonly Tokenizer: new (json: object, config: object) => HubTokenizer;
};

/** Encodes pieces without a begin token: pieces are joined first and begin once. */
export function bareEncode({
  tokenizer,
  config,
}: {
  readonly tokenizer: object;
  readonly config: object;
}): Encode {
  const bare = new Tokenizer({ ...tokenizer, post_processor: null }, config);
  return cachedEncode((text) => bare.encode(text).ids);
}
