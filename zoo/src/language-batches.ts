import { drawLanguageSample, type LanguagePhase, type Pool, type Random } from '@ablate/emoji-data';
import { piecesOf, type Piece } from './pieces.js';
import { BOS } from './tokenizer.js';

export type Encode = (text: string) => readonly number[];

/** Tokens of a stream with, for each, whether it is a target. */
interface Row {
  readonly ids: Int32Array;
  readonly targets: Uint8Array;
}

export interface LanguageBatches {
  /** Rows of `length` + 1 tokens: whole documents one after another, the last one cut. Its rest is dropped: a question without its caption teaches guessing. */
  next(): { ids: Int32Array; targets: Int32Array; labels: Int32Array };
}

export interface BatchOptions {
  readonly phase: LanguagePhase;
  readonly batch: number;
  readonly length: number;
  /** Everything is a target, not only answers. */
  readonly everything: boolean;
  /** Share of dialogues in the pretraining template. */
  readonly plain: number;
  readonly end: string;
  readonly hasBos: boolean;
}

/** An endless stream of batches. */
export function languageBatches(
  random: Random,
  pool: Pool,
  glosses: readonly string[],
  encode: Encode,
  options: BatchOptions,
): LanguageBatches {
  const { batch, length, phase, everything } = options;
  const ids: number[] = [];
  const flags: number[] = [];
  const push = ({ text, target }: Piece): void => {
    for (const id of encode(text)) {
      ids.push(id);
      flags.push(target || everything ? 1 : 0);
    }
  };
  const row = (): Row => {
    while (ids.length < length + 1) {
      if (options.hasBos) {
        ids.push(BOS);
        flags.push(0);
      }
      const sample = drawLanguageSample(random, pool, glosses, phase);
      piecesOf(sample, options.end, random.unit() < options.plain).forEach(push);
    }
    const cut = {
      ids: Int32Array.from(ids.slice(0, length + 1)),
      targets: Uint8Array.from(flags.slice(0, length + 1)),
    };
    ids.length = 0;
    flags.length = 0;
    return cut;
  };
  return {
    next: () => {
      const rows = Array.from({ length: batch }, row);
      const flat = new Int32Array(batch * length);
      const targets: number[] = [];
      const labels: number[] = [];
      rows.forEach((cut, i) => {
        flat.set(cut.ids.subarray(0, length), i * length);
        for (let t = 0; t < length; t += 1) {
          if (cut.targets[t + 1] === 0) continue;
          targets.push(i * length + t);
          labels.push(cut.ids[t + 1]!);
        }
      });
      return { ids: flat, targets: Int32Array.from(targets), labels: Int32Array.from(labels) };
    },
  };
}

/** Encodes with a memory of what was seen: dialogues repeat their pieces. */
export function cachedEncode(encode: Encode): Encode {
  const seen = new Map<string, readonly number[]>();
  return (text) => {
    const known = seen.get(text);
    if (known) return known;
    const ids = encode(text);
    if (seen.size < 200_000) seen.set(text, ids);
    return ids;
  };
}
