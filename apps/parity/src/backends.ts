import { AblateError } from '@ablate/errors';
import { createExecutor, type BackendName, type Executor } from '@ablate/tensor';

const ALL: readonly BackendName[] = ['onnx', 'wasm', 'cpu', 'tensorflow', 'tensorflow-gpu', 'webgpu'];

/** Executors of the named backends (comma-separated); `all` takes those that this machine has. */
export async function openBackends(names: string): Promise<readonly Executor[]> {
  const executors: Executor[] = [];
  for (const name of names === 'all' ? ALL : (names.split(',') as BackendName[])) {
    try {
      executors.push(await createExecutor(name));
    } catch (error) {
      const absent = error instanceof AblateError && error.code === 'BACKEND_NOT_AVAILABLE';
      if (names !== 'all' || !absent) throw error;
    }
  }
  return executors;
}
