export {
  loadEncoder,
  loadLlm,
  loadWeights,
  checkWeights,
  readEncoder,
  neededLayers,
  type Encoder,
  type Llm,
  type Weights,
} from './models/backbone.js';
export { initialise, namedSeed } from './models/initialise.js';
export { isDecayed, Params, prefixed, type ParameterSpec } from './models/params.js';
export { llmConfig, visionConfig, encoderArchitecture, llmArchitecture } from './models/architectures.js';
export { type LlmConfig } from './models/llm.js';
export { type VisionConfig } from './models/vision-transformer.js';
export {
  clipImageEmbedding,
  clipTextEmbedding,
  clipTextSpecs,
  clipVisionSpecs,
  type ClipTextConfig,
} from './models/clip.js';
export {
  siglipImageEmbedding,
  siglipTextEmbedding,
  siglipTextSpecs,
  siglipVisionSpecs,
  type SiglipTextConfig,
} from './models/siglip.js';
export { connectorSpecs, connect } from './models/connectors.js';
export { causalMask, rotaryTables } from './models/positions.js';
export { ProgramCache } from './models/program-cache.js';
export {
  imagePatches,
  imageTokens,
  loraSpecs,
  structureOf,
  vlmSpecs,
  type LanguageStructure,
  type LoraByPart,
  type VlmStructure,
} from './models/structure.js';
export { featureGraph } from './models/image-rows.js';
export { contextInputs, embed, embeddingTable, statesAt, type StepShape } from './models/sequence.js';
export { languageGraph, languageLogitsGraph, trainingGraph } from './models/training-graphs.js';
export { generate, type GenerateRequest } from './models/generate.js';
export { type Sampling } from './models/sampling.js';
export { loadTokenizer, type Tokenizer } from './text/tokenizer.js';
export { encodeConversation, encodePrompt, encodeQuestion, formatPrompt } from './text/template.js';
export { IMAGE_ID, IMAGE_TOKEN, NO_TARGET, type Message } from './text/messages.js';
export { decodeImage } from './images/decode.js';
export { ImageCache } from './images/image-cache.js';
export {
  fit,
  loadImageProcessor,
  padToSquare,
  preprocess,
  type ImageProcessor,
} from './images/preprocess.js';
export { type RgbImage } from './images/resize.js';
export { collate, type Batch, type CollateOptions, type Sample } from './data/collate.js';
export { packSamples } from './data/pack.js';
export { padBatch, type PaddedBatch } from './data/pad-batch.js';
export { layOut, mergeRow, type MergedRow } from './data/merge.js';
export {
  lengthGrouped,
  modalityGrouped,
  modalityLength,
  permutations,
  splitToEvenChunks,
  wordLength,
  type Permute,
} from './data/order.js';
