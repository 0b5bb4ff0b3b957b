export { answerQuestion, type AnswerRequest } from './answer.js';
export { evaluate, type EvaluateDeps } from './evaluate.js';
export { type JudgeSettings } from './judge/judge.js';
