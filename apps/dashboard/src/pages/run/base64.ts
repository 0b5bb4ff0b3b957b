/** Longest list of arguments that every engine takes. */
const CHUNK = 0x8000;

/** A file's bytes in base64. */
export async function toBase64(file: Blob): Promise<string> {
  const data = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < data.length; at += CHUNK)
    text += String.fromCharCode(...data.subarray(at, at + CHUNK));
  return btoa(text);
}
