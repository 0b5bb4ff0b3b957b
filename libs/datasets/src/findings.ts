/** Something that a dataset's check found. An error makes training fail or lose the record; a warning does not. */
export interface Finding {
  readonly level: 'error' | 'warning';
  /** Stable, e.g. `MISSING_IMAGE`. */
  readonly code: string;
  readonly message: string;
  readonly file: string;
  /** From 0; null = the whole file. */
  readonly record: number | null;
  /** Line on which the record begins, from 1. */
  readonly line: number | null;
  readonly id: string | null;
  /** Dotted path in the record. */
  readonly field: string | null;
  readonly value: unknown;
  readonly rule: string;
  readonly fix: string;
}

/** Where in which file. */
export type Place = Pick<Finding, 'file' | 'record' | 'line' | 'id'>;

type Kind = Pick<Finding, 'level' | 'rule' | 'fix'>;

const error = (rule: string, fix: string): Kind => ({ level: 'error', rule, fix });
const warning = (rule: string, fix: string): Kind => ({ level: 'warning', rule, fix });

const KINDS = {
  BAD_RECORDS: error('A JSON list or JSON lines of LLaVA records.', 'Correct the file at this place.'),
  BAD_MIXTURE: error('A mixture names files, weights, caps and filters.', 'Correct the mixture.'),
  BAD_RECORD: error('A record has messages with `from` and `value`.', 'Correct or remove this record.'),
  ODD_TURNS: error(
    'Questions and answers come in pairs.',
    'Add the missing message, or remove its counterpart.',
  ),
  MISSING_IMAGE: error(
    'Every image that a record names is a file.',
    'Restore the file, or remove the record.',
  ),
  BAD_IMAGE: error('Every image is a picture.', 'Restore the file, or remove the record.'),
  TOO_LONG: error(
    'A sample fits into the longest sequence.',
    'Shorten or split the conversation, or raise maxLength.',
  ),
  MISMATCH: error(
    'The label mask meets the tokens.',
    'Remove end tokens, " ASSISTANT: " and the padding token from the texts.',
  ),
  EMPTY_ANSWER: warning('An answer has text.', 'Write the answer, or remove the turn.'),
  DUPLICATE_ID: warning('Every record has an id of its own.', 'Give the record another id.'),
  PLACEHOLDER_WITHOUT_IMAGE: warning(
    'A text that holds <image> belongs to a record with an image.',
    'Name the image, or remove <image>; training leaves it out.',
  ),
  IMAGE_WITHOUT_PLACEHOLDER: warning(
    'A record with an image holds <image> in a question.',
    'Add <image>; without it only the pretraining template shows the image.',
  ),
} as const satisfies Readonly<Record<string, Kind>>;
export type FindingCode = keyof typeof KINDS;

/** A finding; its rule may be told more closely. */
export function finding(
  code: FindingCode,
  place: Place,
  message: string,
  details: { readonly field?: string; readonly value?: unknown; readonly rule?: string } = {},
): Finding {
  const { field = null, value = null, rule = KINDS[code].rule } = details;
  return { ...KINDS[code], code, message, ...place, field, value, rule };
}
