import {
  askAbout,
  drawScene,
  QUESTION_TYPES,
  randomOf,
  shortCaption,
  type Pool,
  type QuestionType,
} from '@ablate/emoji-data';
import type { Executor, TensorData } from '@ablate/tensor';
import { causalMask, languageLogitsGraph, ProgramCache, rotaryTables, type LlmConfig } from '@ablate/vlm';
import type { Encode } from './language-batches.js';
import { SYSTEM } from './pieces.js';
import { BOS } from './tokenizer.js';

export type Skills = Readonly<Record<QuestionType, number>>;

/** What a language model must be able to do on text alone before it sees an image. */
export const SKILL_GATES: Skills = {
  count: 0.95,
  colour: 0.95,
  category: 0.95,
  'exists-category': 0.95,
  'exists-colour': 0.95,
  choice: 0.75,
  position: 0.9,
};

const BATCH = 16;
const LENGTH = 128;

/**
 * Share of questions answered exactly, end token included, when the caption is given as text. One teacher-forced pass a question:
 * an answer is exact if every next token is the most likely one, which is what greedy decoding would write.
 */
export async function measureSkills(
  executor: Executor,
  config: LlmConfig,
  parameters: ReadonlyMap<string, TensorData>,
  pool: Pool,
  encode: Encode,
  endToken: number,
  hasBos: boolean,
  count = 150,
): Promise<Skills> {
  const random = randomOf(4711);
  const programs = new ProgramCache(executor);
  const skills: Partial<Record<QuestionType, number>> = {};
  for (const type of QUESTION_TYPES) {
    const items: { prompt: number[]; answer: number[] }[] = [];
    while (items.length < count) {
      const scene = drawScene(random, pool, random.unit() < 0.4 ? 'single' : 'scene');
      const asked = askAbout(random, scene, type);
      if (!asked) continue;
      const prompt = [
        ...(hasBos ? [BOS] : []),
        ...encode(`${SYSTEM} USER: `),
        ...encode(shortCaption(scene)),
        ...encode(`\n${asked.question} ASSISTANT:`),
      ];
      const answer = [...encode(` ${asked.answer}`), endToken];
      if (prompt.length + answer.length <= LENGTH) items.push({ prompt, answer });
    }
    let exact = 0;
    for (let from = 0; from < count; from += BATCH) {
      exact += await countExact(programs, config, parameters, items.slice(from, from + BATCH));
    }
    skills[type] = exact / count;
  }
  await programs.dispose();
  return skills as Skills;
}

async function countExact(
  programs: ProgramCache,
  config: LlmConfig,
  parameters: ReadonlyMap<string, TensorData>,
  items: readonly { prompt: number[]; answer: number[] }[],
): Promise<number> {
  const targets = BATCH * 8;
  const rows = new Int32Array(BATCH * LENGTH);
  const positions = new Int32Array(targets);
  items.forEach(({ prompt, answer }, i) => {
    rows.set([...prompt, ...answer], i * LENGTH);
    answer.slice(0, 8).forEach((_, j) => (positions[i * 8 + j] = i * LENGTH + prompt.length - 1 + j));
  });
  const program = await programs.get('skills', () =>
    languageLogitsGraph(config, { batch: BATCH, length: LENGTH, targets }),
  );
  const { logits } = await program.run({
    ...Object.fromEntries(parameters),
    ...rotaryTables(config, LENGTH),
    mask: causalMask(LENGTH),
    rows: { dtype: 'int32', shape: [BATCH, LENGTH], data: rows },
    targets: { dtype: 'int32', shape: [targets], data: positions },
  });
  const width = config.vocab_size;
  const best = (row: number): number => {
    const scores = logits!.data.subarray(row * width, (row + 1) * width) as Float32Array;
    return scores.indexOf(scores.reduce((a, b) => Math.max(a, b)));
  };
  return items.filter(({ answer }, i) => answer.every((token, j) => best(i * 8 + j) === token)).length;
}
