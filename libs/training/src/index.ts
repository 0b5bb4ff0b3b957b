export { train, type TrainDeps } from './train.js';
export { optimise, type LoopOptions, type MicroBatch, type Objective } from './loop.js';
export { adamW, clipScale, gradientNorm, type OptimiserState } from './optimiser.js';
export { scheduleFactor, warmupSteps } from './schedule.js';
export { writeTextAtomically } from './checkpoint.js';
export { frozenFeatures, imageSource } from './features.js';
export { prepareStage, type StageModel } from './stage-model.js';
export { producedFile } from './produced-file.js';
