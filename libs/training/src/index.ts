export { train, type TrainDeps } from './train.js';
export { optimise, type LoopOptions, type MicroBatch, type Objective } from './loop.js';
export { writeTextAtomically } from './checkpoint.js';
