import { join } from 'node:path';
import { BENCHMARK_NAMES, buildBenchmark, buildDataRecipe, RECIPE_NAMES } from '@ablate/emoji-data';

/** Builds the data recipes and benchmarks that are missing below a home, and says so. Finished folders are left as they are. */
export async function prepareData(home: string, say: (line: string) => void): Promise<void> {
  for (const name of RECIPE_NAMES)
    if (await buildDataRecipe(name, join(home, 'data', name))) say(`Drew the data recipe ${name}.`);
  for (const name of BENCHMARK_NAMES)
    if (await buildBenchmark(name, join(home, 'benchmarks', name))) say(`Drew the benchmark ${name}.`);
}
