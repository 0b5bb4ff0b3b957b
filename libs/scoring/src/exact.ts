const normalise = (text: string): string => text.trim().replace(/\.+$/, '').trim().toLowerCase();

/**
 * Whether an answer is the target, apart from case, surrounding white space and trailing periods.
 * Source: GQA as LLaVA and TinyLLaVA convert its answers, `text.rstrip('.').lower()`.
 */
export const exactMatch = (answer: string, target: string): boolean =>
  normalise(answer) === normalise(target);
