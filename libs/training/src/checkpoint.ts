import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { openSafetensors, writeSafetensors, type TensorData } from '@ablate/tensor';
import type { OptimiserState } from './optimiser.js';

export type Parameters = ReadonlyMap<string, TensorData>;

/** What a checkpoint's `trainer_state.json` holds; everything random is derived from (seed, step, name), so no generator state. */
interface TrainerState {
  readonly version: 1;
  /** Updates done. */
  readonly step: number;
  readonly totalSteps: number;
  /** AdamW's own step counters by parameter name. */
  readonly optimiserSteps: Readonly<Record<string, number>>;
}

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes a text file that is complete or absent: temporary name, fsync, rename. */
export async function writeTextAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  await sync(dirname(file));
}

/** Writes `<parent>/step-<step>` with trained weights, moments and counters; the folder appears complete or not at all. */
export async function writeCheckpoint(
  parent: string,
  step: number,
  totalSteps: number,
  parameters: Parameters,
  optimiser: OptimiserState,
): Promise<string> {
  const folder = join(parent, `step-${String(step).padStart(7, '0')}`);
  const temporary = `${folder}.tmp`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  const moments: Record<string, TensorData> = {};
  const optimiserSteps: Record<string, number> = {};
  for (const [name, { mean, square, step: count }] of optimiser) {
    const shape = parameters.get(name)?.shape ?? [mean.length];
    moments[`${name}.exp_avg`] = { dtype: 'float32', shape, data: mean };
    moments[`${name}.exp_avg_sq`] = { dtype: 'float32', shape, data: square };
    optimiserSteps[name] = count;
  }
  await writeSafetensors(join(temporary, 'model.safetensors'), Object.fromEntries(parameters));
  await writeSafetensors(join(temporary, 'optimizer.safetensors'), moments);
  const state: TrainerState = { version: 1, step, totalSteps, optimiserSteps };
  await writeTextAtomically(join(temporary, 'trainer_state.json'), JSON.stringify(state));
  await sync(temporary);
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
  await sync(parent);
  return folder;
}

/** Copies every tensor of a safetensors file into the arrays of `parameters`; names and shapes must agree. */
export async function readInto(file: string, parameters: Parameters): Promise<void> {
  const source = await openSafetensors(file);
  try {
    for (const [name, target] of parameters) {
      const entry = source.tensors.get(name);
      const expected = `[${target.shape.join(', ')}]`;
      if (!entry || `[${entry.shape.join(', ')}]` !== expected) {
        throw new AblateError(
          'WRONG_TENSOR',
          `${file}: tensor "${name}" is ${entry ? `[${entry.shape.join(', ')}]` : 'missing'}, expected ${expected}.`,
          {
            path: file,
            value: entry?.shape ?? null,
            rule: `Tensor "${name}" has shape ${expected}.`,
            fix: 'Remove this file so that the stage is trained again.',
          },
        );
      }
      const { data } = await source.read(name);
      target.data.set(data);
    }
  } finally {
    await source.close();
  }
}

/** Restores weights (in place) and optimiser from a checkpoint folder; returns the number of updates done. */
export async function readCheckpoint(
  folder: string,
  parameters: Parameters,
  optimiser: OptimiserState,
): Promise<number> {
  const state = JSON.parse(await readFile(join(folder, 'trainer_state.json'), 'utf8')) as TrainerState;
  await readInto(join(folder, 'model.safetensors'), parameters);
  const moments = new Map<string, TensorData>();
  for (const [name, step] of Object.entries(state.optimiserSteps)) {
    const { shape, data } = parameters.get(name) ?? { shape: [0], data: new Float32Array(0) };
    const mean = new Float32Array(data.length);
    const square = new Float32Array(data.length);
    moments.set(`${name}.exp_avg`, { dtype: 'float32', shape, data: mean });
    moments.set(`${name}.exp_avg_sq`, { dtype: 'float32', shape, data: square });
    optimiser.set(name, { mean, square, step });
  }
  await readInto(join(folder, 'optimizer.safetensors'), moments);
  return state.step;
}
