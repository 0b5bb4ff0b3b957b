import { describe, expect, it } from '@jest/globals';
import { routes } from '@ablate/contracts';
import { openApi } from './openapi.js';

const text = JSON.stringify(openApi());

describe('the OpenAPI document', () => {
  it('has every route once, by name', () => {
    for (const name of [...Object.keys(routes), 'events'])
      expect(text.split(`"operationId":"${name}"`)).toHaveLength(2);
  });

  it('has no reference that leads nowhere', () => {
    const document = JSON.parse(text) as unknown;
    const references = [...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, reference]) => reference!);
    for (const reference of references) {
      const found = reference
        .replace(/^#\//, '')
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect([reference, found]).not.toEqual([reference, undefined]);
    }
  });

  it('is the same every time', () => {
    expect(JSON.stringify(openApi())).toBe(text);
  });
});
