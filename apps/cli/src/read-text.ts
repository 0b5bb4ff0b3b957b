import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { AblateError } from '@ablate/errors';

/** The text of a file, `-` for standard input. Throws FILE_NOT_READABLE. */
export async function readText(path: string, rule: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AblateError(
      'FILE_NOT_READABLE',
      `The file '${path}' cannot be read (${code}).`,
      { path, value: code, rule, fix: 'Check the path.' },
      { cause },
    );
  }
}
