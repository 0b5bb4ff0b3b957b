import { AblateError } from '@ablate/errors';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

const refuse = (path: string, value: unknown, rule: string): AblateError =>
  new AblateError('NOT_CANONICAL', `${path === '' ? 'The value' : `'${path}'`} cannot be hashed: ${rule}.`, {
    path,
    value: String(value),
    rule,
    fix: 'Use strings, finite numbers, booleans, null, lists and plain objects.',
  });

function write(value: unknown, path: string): string {
  switch (typeof value) {
    case 'string':
      if (/\p{Surrogate}/u.test(value)) throw refuse(path, value, 'a string holds whole Unicode characters');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw refuse(path, value, 'a number is finite');
      return JSON.stringify(value);
    case 'object': {
      if (value === null) return 'null';
      if (Array.isArray(value)) return `[${value.map((item, i) => write(item, `${path}.${i}`)).join(',')}]`;
      const fields = value as Record<string, unknown>;
      const keys = Object.keys(fields).sort();
      return `{${keys.map((key) => `${write(key, path)}:${write(fields[key], path === '' ? key : `${path}.${key}`)}`).join(',')}}`;
    }
    default:
      throw refuse(path, value, `a value is JSON, not ${typeof value}`);
  }
}

/**
 * Canonical JSON (RFC 8785): keys in UTF-16 order, no spaces, numbers as ECMAScript writes them (-0 is 0).
 * Equal values have equal text whatever the order of their keys. Anything that is not JSON is an error.
 */
export function canonicalJson(value: unknown): string {
  return write(value, '');
}

/** sha256 of the canonical JSON, 64 lower-case hex digits. */
export function contentId(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
