import type { Question } from '@ablate/datasets';
import type { JudgeRequest } from './judge.js';

/** Number of this wording; a change of it demands another. */
export const LLAVA_W_PROMPT = 1;

const SYSTEM = 'You are a helpful and precise assistant for checking the quality of the answer.';
const TASK = [
  'We would like to request your feedback on the performance of two AI assistants in response to the user question displayed above. The user asks the question on observing an image. For your reference, the visual content in the image is represented with caption(s) describing the same image.',
  'Please rate the helpfulness, relevance, accuracy, level of details of their responses. Each assistant receives an overall score on a scale of 1 to 10, where a higher score indicates better overall performance.',
  'Please first output a single line containing only two values indicating the scores for Assistant 1 and 2, respectively. The two scores are separated by a space.',
  'In the subsequent line, please provide a comprehensive explanation of your evaluation, avoiding any potential bias and ensuring that the order in which the responses were presented does not affect your judgment.',
].join('\n');

/** Assistant 1 is GPT-4 with the captions, assistant 2 the model. Source: LLaVA (c121f04), eval_gpt_review_bench.py and rule.json. */
export function llavaWRequest(
  model: string,
  { question, target, context }: Question,
  answer: string,
): JudgeRequest {
  const reply = (number: number, text: string): string =>
    `[Assistant ${number}]\n${text}\n\n[End of Assistant ${number}]\n\n`;
  const content = `[Context]\n${context ?? ''}\n\n[Question]\n${question}\n\n${reply(1, target)}${reply(2, answer)}[System]\n${TASK}\n\n`;
  return {
    model,
    prompt: LLAVA_W_PROMPT,
    messages: [
      { role: 'system', content: SYSTEM },
      { role: 'user', content },
    ],
    maxTokens: 1024,
  };
}

/** Grades of GPT-4 and of the model, 1 to 10; null where the first line holds no two numbers. */
export function llavaWGrades(verdict: string): readonly [reference: number, model: number] | null {
  const numbers = verdict.trim().split('\n', 1)[0]!.replaceAll(',', ' ').trim().split(/\s+/).map(Number);
  const [reference, model] = numbers;
  return numbers.length === 2 && Number.isFinite(reference) && Number.isFinite(model)
    ? [reference!, model!]
    : null;
}
