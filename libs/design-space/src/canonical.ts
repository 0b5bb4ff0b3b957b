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

function write(value: unknown, trail: string[]): string {
  switch (typeof value) {
    case 'string':
      if (/\p{Surrogate}/u.test(value))
        throw refuse(trail.join('.'), value, 'a string holds whole Unicode characters');
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isFinite(value)) throw refuse(trail.join('.'), value, 'a number is finite');
      return JSON.stringify(value);
    case 'object': {
      if (value === null) return 'null';
      const isList = Array.isArray(value);
      const fields = value as Record<string, unknown>;
      const keys = isList ? Array.from(value, (_, i) => String(i)) : Object.keys(fields).sort();
      const parts = keys.map((key) => {
        trail.push(key);
        const text = write(fields[key], trail);
        const part = isList ? text : `${write(key, trail)}:${text}`;
        trail.pop();
        return part;
      });
      return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
    }
    default:
      throw refuse(trail.join('.'), value, `a value is JSON, not ${typeof value}`);
  }
}

/**
 * Canonical JSON (RFC 8785): keys in UTF-16 order, no spaces, numbers as ECMAScript writes them (-0 is 0).
 * Equal values have equal text whatever the order of their keys. Anything that is not JSON is an error.
 */
export function canonicalJson(value: unknown): string {
  return write(value, []);
}

/** sha256 of the canonical JSON, 64 lower-case hex digits. */
export function contentId(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}

/** `contentId` for many objects that share their values: each pair of key and value is written once. */
export function createContentId(): (fields: Readonly<Record<string, unknown>>) => string {
  const written = new Map<string, Map<unknown, string>>();
  const part = (key: string, value: unknown): string => {
    const ofKey = written.get(key) ?? new Map<unknown, string>();
    const text = ofKey.get(value) ?? `${canonicalJson(key)}:${canonicalJson(value)}`;
    written.set(key, ofKey.set(value, text));
    return text;
  };
  return (fields) => {
    const parts = Object.keys(fields)
      .sort()
      .map((key) => part(key, fields[key]));
    return bytesToHex(sha256(utf8ToBytes(`{${parts.join(',')}}`)));
  };
}
