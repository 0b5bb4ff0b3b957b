import { isJudged, type Benchmark } from '@ablate/datasets';
import { AblateError } from '@ablate/errors';
import { mean } from '@ablate/scoring';
import type { Scored } from '../rules.js';
import { askJudge, judgeOff, type JudgeSettings } from './judge.js';
import { LLAVA_W_PROMPT, llavaWGrades, llavaWRequest } from './llava-w.js';
import { MM_VET_PROMPT, mmVetGrade, mmVetRequest } from './mm-vet.js';

/** Wording that this build asks with; it is part of the stage key. */
const PROMPTS = { 'mm-vet': MM_VET_PROMPT, 'llava-w': LLAVA_W_PROMPT } as const;

function checkPrompt(kind: keyof typeof PROMPTS, prompt: number): void {
  if (PROMPTS[kind] === prompt) return;
  throw new AblateError(
    'UNKNOWN_PROMPT',
    `This build asks a judge of ${kind} with prompt ${PROMPTS[kind]}, not ${prompt}.`,
    {
      path: 'judge.prompt',
      value: prompt,
      rule: `It is ${PROMPTS[kind]}.`,
      fix: 'Plan the evaluation again.',
    },
  );
}

/**
 * Scores of a judged benchmark's answers. MM-Vet: the mean grade in percent, also by capability. LLaVA-W: 100 times the mean of the
 * model's grades over the mean of GPT-4's, scores are its grades out of ten. A verdict without a grade counts 0 and is counted.
 * Errors: `JUDGE_OFF`, `JUDGE_FAILED`, `UNKNOWN_PROMPT`.
 */
export async function grade(
  { id, kind, questions }: Benchmark,
  answers: readonly string[],
  judge: { readonly model: string; readonly prompt: number },
  settings: JudgeSettings | null,
): Promise<Scored> {
  if (!isJudged(kind)) throw new Error(`grade: ${kind} needs no judge`);
  if (settings === null) throw judgeOff(id);
  checkPrompt(kind as keyof typeof PROMPTS, judge.prompt);
  const request = kind === 'mm-vet' ? mmVetRequest : llavaWRequest;
  const verdicts: string[] = [];
  for (const [q, question] of questions.entries())
    verdicts.push(await askJudge(settings, request(judge.model, question, answers[q]!)));
  return kind === 'mm-vet' ? mmVetScores(questions, verdicts) : llavaWScores(verdicts);
}

function mmVetScores(questions: Benchmark['questions'], verdicts: readonly string[]): Scored {
  const grades = verdicts.map(mmVetGrade);
  const scores = grades.map((value) => value ?? 0);
  const byCapability = new Map<string, number[]>();
  questions.forEach(({ category }, q) => {
    for (const capability of category.split('+'))
      byCapability.set(capability, [...(byCapability.get(capability) ?? []), scores[q]!]);
  });
  return {
    scores,
    metrics: {
      score: 100 * mean(scores),
      ungraded: grades.filter((value) => value === null).length,
      ...Object.fromEntries(
        [...byCapability].map(([name, values]) => [`capability_${name}`, 100 * mean(values)]),
      ),
    },
  };
}

function llavaWScores(verdicts: readonly string[]): Scored {
  const grades = verdicts.map(llavaWGrades);
  const known = grades.filter((pair) => pair !== null);
  const total = (which: 0 | 1): number => known.reduce((sum, pair) => sum + pair[which], 0);
  return {
    scores: grades.map((pair) => (pair?.[1] ?? 0) / 10),
    metrics: {
      score: known.length === 0 ? 0 : (100 * total(1)) / total(0),
      ungraded: grades.length - known.length,
    },
  };
}
