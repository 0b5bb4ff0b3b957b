export { choiceAnswer, choiceScore } from './choice.js';
export { cider } from './cider.js';
export { exactMatch } from './exact.js';
export { pairedDifference, wilsonInterval } from './intervals.js';
export { majorityAnswers } from './majority.js';
export { mean } from './mean.js';
export { popeAnswer, popeScores, type PopeScores } from './pope.js';
export { normaliseVqa, vqaAccuracy, type VqaRule } from './vqa.js';
