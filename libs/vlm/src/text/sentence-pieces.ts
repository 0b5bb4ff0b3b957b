const BYTE = /^<0x([0-9A-F]{2})>$/;
const SPACE = '\u2581';
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function characterOf(bytes: readonly number[]): string | null {
  try {
    const text = utf8.decode(Uint8Array.from(bytes));
    return [...text].length === 1 ? text : null;
  } catch {
    return null;
  }
}

/** Text of bytes; every byte that belongs to no character is one U+FFFD. Source: sentencepiece `DecodeUTF8`. */
function textOf(bytes: readonly number[]): string {
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const found = [1, 2, 3, 4]
      .filter((length) => at + length <= bytes.length)
      .map((length) => ({ length, character: characterOf(bytes.slice(at, at + length)) }))
      .find(({ character }) => character !== null);
    text += found?.character ?? '\ufffd';
    at += found?.length ?? 1;
  }
  return text;
}

/** Whether a vocabulary has byte pieces, `<0x00>` to `<0xFF>`: a sentencepiece model's. */
export const hasBytePieces = (vocabulary: Readonly<Record<string, number>>): boolean =>
  vocabulary['<0x00>'] !== undefined && vocabulary['<0xFF>'] !== undefined;

/**
 * Text of pieces, special tokens left out, as the slow tokenizers write it. With a dummy prefix (Llama) the tokenizer takes a space off
 * the first piece; a `legacy` one's model takes another one off the first piece that then begins the text. A byte piece keeps its space.
 * Source: transformers 4.40 `LlamaTokenizer.convert_tokens_to_string`, sentencepiece `SentencePieceProcessor::Decode`.
 */
export function decodePieces(pieces: readonly string[], prefix: 'none' | 'legacy' | 'once'): string {
  let text = '';
  let bytes: number[] = [];
  let expectsSpace = prefix === 'legacy';
  const flush = (): void => {
    text += textOf(bytes);
    bytes = [];
  };
  pieces.forEach((piece, i) => {
    const byte = BYTE.exec(piece)?.[1];
    if (byte !== undefined) {
      bytes.push(parseInt(byte, 16));
      return;
    }
    flush();
    if (text !== '') expectsSpace = false;
    let own = prefix !== 'none' && i === 0 && piece.startsWith(SPACE) ? piece.slice(1) : piece;
    if (expectsSpace && own.startsWith(SPACE)) {
      own = own.slice(1);
      expectsSpace = false;
    }
    text += own.replaceAll(SPACE, ' ');
  });
  flush();
  return text;
}
