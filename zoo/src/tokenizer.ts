import { drawLanguageSample, loadConcepts, PHASE_B, randomOf, type Pool } from '@ablate/emoji-data';
import { trainBpe, type Bpe } from './bpe.js';

export const PAD = 0;
export const BOS = 1;
const SPECIAL = ['<pad>', '<s>', '</s>', '<|endoftext|>'];
export const VOCABULARY = 1536;

/** The words of the zoo: 40,000 glosses, 4,000 dialogues, all names. */
export function trainTokenizer(glosses: readonly string[], pool: Pool): Bpe {
  const random = randomOf(20);
  const dialogues = Array.from({ length: 4000 }, () =>
    drawLanguageSample(random, pool, glosses, { ...PHASE_B, glosses: 0 }),
  );
  const texts = dialogues.flatMap((sample) =>
    sample.kind === 'dialogue'
      ? [
          sample.caption,
          ...sample.turns.flatMap(({ question, answer }) => [` USER: \n${question} ASSISTANT: ${answer}`]),
        ]
      : [],
  );
  const names = loadConcepts().flatMap(({ name, tags }) => [name, ...tags]);
  const every = Math.floor(glosses.length / 40_000);
  return trainBpe([...glosses.filter((_, i) => i % every === 0), ...texts, ...names], SPECIAL, VOCABULARY);
}

/** Hugging Face files of the tokenizer. Llama-like models begin with `<s>` and end turns with `</s>`; Phi's only have `<|endoftext|>`. */
export function tokenizerFiles(
  { tokens, merges }: Bpe,
  family: 'llama' | 'phi',
): { tokenizer: object; config: object } {
  const llama = family === 'llama';
  const added = SPECIAL.map((content, id) => ({
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  }));
  const bos = { SpecialToken: { id: '<s>', type_id: 0 } };
  const template = {
    type: 'TemplateProcessing',
    single: [bos, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [bos, { Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [BOS], tokens: ['<s>'] } },
  };
  const tokenizer = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: llama
      ? template
      : { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(([left, right]) => `${left} ${right}`),
    },
  };
  const end = llama ? '</s>' : '<|endoftext|>';
  const config = {
    tokenizer_class: llama ? 'PreTrainedTokenizerFast' : 'CodeGenTokenizer',
    add_bos_token: llama,
    add_eos_token: false,
    bos_token: llama ? '<s>' : end,
    eos_token: end,
    pad_token: llama ? '<pad>' : end,
    unk_token: llama ? '<pad>' : end,
    model_max_length: 512,
    clean_up_tokenization_spaces: false,
  };
  return { tokenizer, config };
}
