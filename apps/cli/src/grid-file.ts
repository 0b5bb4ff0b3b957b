import { readFile } from 'node:fs/promises';
import { text as readStream } from 'node:stream/consumers';
import { AblateError } from '@ablate/errors';
import { parseGridSpec } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import { parseDocument } from 'yaml';

async function read(path: string): Promise<string> {
  if (path === '-') return readStream(process.stdin);
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown';
    throw new AblateError(
      'FILE_NOT_READABLE',
      `The file '${path}' cannot be read (${code}).`,
      {
        path,
        value: code,
        rule: 'a readable YAML or JSON file, or - for standard input',
        fix: 'Check the path.',
      },
      { cause },
    );
  }
}

/** Reads a grid from a YAML or JSON file, `-` for standard input. Throws FILE_NOT_READABLE, NOT_YAML or BAD_SPEC. */
export async function readGridFile(path: string): Promise<GridSpec> {
  const document = parseDocument(await read(path));
  const [problem] = document.errors;
  if (problem) {
    const line = problem.linePos?.[0].line;
    throw new AblateError(
      'NOT_YAML',
      `'${path}' is no YAML${line === undefined ? '' : ` (line ${line})`}: ${problem.message.split('\n')[0]}`,
      {
        path,
        value: line ?? null,
        rule: 'a grid is a YAML or JSON mapping',
        fix: 'Correct the line; examples/demo.yaml shows the form.',
      },
    );
  }
  return parseGridSpec(document.toJS());
}
