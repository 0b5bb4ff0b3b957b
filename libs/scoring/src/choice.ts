const OPTIONS = 'ABCDE';

/**
 * The letter that an answer chooses among `letters` (the question's own, e.g. `ABCD`): the letter alone, or before ". ", or in the only
 * "The answer is X" that another character follows. Null where there is none, or one beyond the choices. Nothing is trimmed; lower
 * case, "(A)" and "A." do not count. A to E are read as letters even where a question has fewer.
 * Source: ScienceQA as scored by TinyLLaVA Factory, tinyllava/eval/eval_science_qa.py.
 */
export function choiceAnswer(text: string, letters: string): string | null {
  const chosen = readLetter(text, letters.length > OPTIONS.length ? letters : OPTIONS);
  return chosen !== null && letters.includes(chosen) ? chosen : null;
}

/** The letter that ScienceQA's script reads, also one beyond the choices; null where it says FAILED. */
export const scienceQaLetter = (text: string): string | null => readLetter(text, OPTIONS);

function readLetter(text: string, options: string): string | null {
  const first = text.charAt(0);
  if (first !== '' && options.includes(first) && (text.length === 1 || text.slice(1, 3) === '. '))
    return first;
  // The source's unescaped dot: any character but a line feed.
  const found = [...text.matchAll(/The answer is ([A-Z])[^\n]/g)];
  return found.length === 1 ? found[0]![1]! : null;
}

/** Whether an answer chooses the letter `target`. */
export const choiceScore = (text: string, target: string, letters: string): boolean =>
  choiceAnswer(text, letters) === target;
