export { evaluate, type EvaluateDeps } from './evaluate.js';
