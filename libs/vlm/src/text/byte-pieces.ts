const PIECE = /^<0x([0-9A-F]{2})>$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isCharacter(bytes: readonly number[]): boolean {
  try {
    return [...utf8.decode(Uint8Array.from(bytes))].length === 1;
  } catch {
    return false;
  }
}

/**
 * For vocabularies with byte pieces (`<0x00>`..`<0xFF>`): ids in which every byte that belongs to no valid UTF-8 character is `<0xFF>`.
 * A decoder then writes one U+FFFD for each such byte, as sentencepiece does, rather than one for each broken sequence. Without byte
 * pieces, ids as they are. Source: sentencepiece `DecodeUTF8` as used by transformers' slow LlamaTokenizer.
 */
export function bytePieces(
  vocabulary: Readonly<Record<string, number>>,
): (ids: readonly number[]) => number[] {
  const bytes = new Map<number, number>();
  for (const [piece, id] of Object.entries(vocabulary)) {
    const value = PIECE.exec(piece)?.[1];
    if (value !== undefined) bytes.set(id, parseInt(value, 16));
  }
  const invalid = vocabulary['<0xFF>'];
  if (invalid === undefined) return (ids) => [...ids];
  return (ids) => {
    const result: number[] = [];
    while (result.length < ids.length) {
      const at = result.length;
      if (!bytes.has(ids[at]!)) {
        result.push(ids[at]!);
        continue;
      }
      const following = ids.slice(at, at + 4).map((id) => bytes.get(id) ?? NaN);
      const length = [1, 2, 3, 4].find(
        (n) =>
          n <= following.length && !following.slice(0, n).includes(NaN) && isCharacter(following.slice(0, n)),
      );
      result.push(...(length ? ids.slice(at, at + length) : [invalid]));
    }
    return result;
  };
}
