import { readFile } from 'node:fs/promises';
import type { Prediction, ProducedFile } from '@ablate/catalogue';
import { parseWith, prediction } from '@ablate/contracts';

/** Predictions that an evaluation left as `predictions.jsonl`; none when it left no such file. */
export async function readPredictions(files: readonly ProducedFile[]): Promise<Prediction[]> {
  const file = files.find(({ name }) => name === 'predictions.jsonl');
  if (!file) return [];
  const lines = (await readFile(file.path, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line) => parseWith(prediction, JSON.parse(line), 'BAD_PREDICTION'));
}
