export { checkDataset, type CheckOptions, type DatasetReport } from './check-dataset.js';
export { type Finding } from './findings.js';
export { elementsOf, isMixture, loadRecords, partSources } from './load-records.js';
export { manifestOf, type Manifest } from './manifest.js';
export { type DataRecord } from './record.js';
export { isJudged, type Benchmark, type BenchmarkKind, type Question } from './benchmarks/question.js';
export { readBenchmark } from './benchmarks/read-benchmark.js';
