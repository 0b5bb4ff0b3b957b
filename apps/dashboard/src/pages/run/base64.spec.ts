import { expect, it } from '@jest/globals';
import { toBase64 } from './base64.js';

it.each([0, 1, 2, 3, 100_001])('writes %i bytes as every decoder reads them', async (length) => {
  const data = Uint8Array.from({ length }, (_, i) => (i * 7919) % 256);
  expect(Buffer.from(await toBase64(new Blob([data])), 'base64')).toEqual(Buffer.from(data));
});
