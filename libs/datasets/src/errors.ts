import { AblateError } from '@ablate/errors';
import type { Breach } from './record.js';

/** A file of records, or a mixture, that cannot be read at all. */
export const unreadable = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_RECORDS',
    `${file} cannot be read: ${problem}.`,
    {
      path: file,
      rule: 'A JSON list or JSON lines of LLaVA records, or a mixture of such files.',
      fix: 'Restore the file, or name another part or recipe.',
    },
    { cause },
  );

/** A record that breaks a rule. */
export const badRecord = (
  file: string,
  index: number,
  id: string,
  { field, value, rule }: Breach,
): AblateError =>
  new AblateError(
    'BAD_RECORD',
    `${file}, record ${index} ("${id}"): ${field === '' ? 'record' : field} breaks a rule: ${rule}`,
    {
      path: `${file}[${index}]${field === '' ? '' : `.${field}`}`,
      value,
      rule,
      fix: 'Correct or remove this record.',
    },
  );
