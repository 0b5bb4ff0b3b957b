export { CATEGORIES, loadConcepts, type Category, type Concept } from './concepts.js';
export { COLOURS, type Colour } from './colours.js';
export {
  CELLS,
  drawPicture,
  drawScene,
  IMAGE_SIZE,
  paint,
  type Picture,
  type Pool,
  type Scene,
  type Thing,
} from './scenes.js';
export { loadPool, type PoolName } from './library.js';
export { randomOf, type Random } from './random.js';
export { drawClaims, categoryPrompt, type Claim } from './claims.js';
export { shortCaption, longCaption } from './captions.js';
export { askAbout, QUESTION_TYPES, type Question, type QuestionType } from './questions.js';
export { loadGlosses } from './glosses.js';
export {
  drawLanguageSample,
  PHASE_A,
  PHASE_B,
  type LanguagePhase,
  type LanguageSample,
} from './language-samples.js';
export { buildDataRecipe, RECIPE_NAMES } from './build-recipe.js';
export {
  BENCHMARK_NAMES,
  buildBenchmark,
  type BenchmarkKind,
  type BenchmarkQuestion,
} from './build-benchmark.js';
