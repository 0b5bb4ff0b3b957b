import { join } from 'node:path';
import { BENCHMARK_NAMES, buildBenchmark, buildDataRecipe, RECIPE_NAMES } from '@ablate/emoji-data';

/** Builds the data recipes and benchmarks that are missing below a home. Finished folders are left as they are. */
export async function prepareData(home: string): Promise<void> {
  for (const name of RECIPE_NAMES) await buildDataRecipe(name, join(home, 'data', name));
  for (const name of BENCHMARK_NAMES) await buildBenchmark(name, join(home, 'benchmarks', name));
}
