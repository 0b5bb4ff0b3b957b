import { AblateError } from '@ablate/errors';
import { parseGridSpec } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import { parseDocument } from 'yaml';
import { readText } from './read-text.js';

/** Reads a grid from a YAML or JSON file, `-` for standard input. Throws FILE_NOT_READABLE, NOT_YAML or BAD_SPEC. */
export async function readGridFile(path: string): Promise<GridSpec> {
  const document = parseDocument(
    await readText(path, 'a readable YAML or JSON file, or - for standard input'),
  );
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
