import { arch } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { instructionSet } from './device.js';

describe('the instruction set of a CPU', () => {
  it.each([
    ['avx512f', 'fpu sse2 avx avx2 avx512f'],
    ['avx2', 'fpu sse2 avx avx2 avx_vnni'],
    ['sse2', 'fpu sse2'],
  ])('is the widest that it lists: %s', (expected, flags) => {
    expect(instructionSet(`processor\t: 0\nflags\t\t: ${flags}\nbugs\t\t: none\n`)).toBe(expected);
  });

  it('is the architecture where nothing is listed', () => {
    expect(instructionSet('')).toBe(arch());
  });
});
