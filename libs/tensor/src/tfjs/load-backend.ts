import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { backend, enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { AblateError } from '@ablate/errors';
import type { BackendName } from '../executor.js';

export type TfjsBackendName = Exclude<BackendName, 'onnx'>;

/** How a backend is brought up: the name under which TensorFlow.js knows it, and its device for the numerics class. */
interface Loader {
  readonly registeredAs: string;
  readonly numericsClass: string;
  readonly load: () => Promise<void>;
}

const require = createRequire(import.meta.url);

/** Optional peer packages: importing one that is not installed is the user's choice of backend, not a defect. */
async function importOptional(name: TfjsBackendName, packageName: string): Promise<unknown> {
  try {
    return (await import(packageName)) as unknown;
  } catch (cause) {
    throw unavailable(
      name,
      `${packageName} cannot be loaded: ${(cause as Error).message.split('\n')[0]}`,
      cause,
    );
  }
}

function unavailable(name: TfjsBackendName, problem: string, cause?: unknown): AblateError {
  return new AblateError(
    'BACKEND_NOT_AVAILABLE',
    `Backend "${name}" is not available: ${problem}.`,
    {
      path: 'ABLATE_BACKEND',
      value: name,
      rule: 'The packages and the device of a chosen backend are present on every worker.',
      fix: 'See libs/tensor/README.md for what this backend needs, or set ABLATE_BACKEND=auto.',
    },
    { cause },
  );
}

/** tfjs-node 4.22 calls two functions that Node 23 removed (tensorflow/tfjs#8609). */
function restoreRemovedUtilities(): void {
  const util = require('node:util') as Record<string, unknown>;
  util['isNullOrUndefined'] ??= (value: unknown): boolean => value === null || value === undefined;
  util['isArray'] ??= (value: unknown): boolean => Array.isArray(value);
}

async function loadTensorflow(name: TfjsBackendName, packageName: string): Promise<void> {
  restoreRemovedUtilities();
  await importOptional(name, packageName);
}

/** Dawn's WebGPU for Node; the globals must exist before the backend is imported. */
async function loadWebgpu(): Promise<void> {
  if (!('gpu' in ((globalThis as { navigator?: object }).navigator ?? {}))) {
    const { create, globals } = (await importOptional('webgpu', 'webgpu')) as {
      readonly create: (options: string[]) => unknown;
      readonly globals: object;
    };
    Object.assign(globalThis, globals);
    const value = { gpu: create([]), userAgent: 'node' };
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
  }
  await importOptional('webgpu', '@tensorflow/tfjs-backend-webgpu');
}

const loaders: Readonly<Record<TfjsBackendName, Loader>> = {
  cpu: {
    registeredAs: 'cpu',
    numericsClass: 'tfjs-cpu',
    load: async () => void (await import('@tensorflow/tfjs-backend-cpu')),
  },
  wasm: {
    registeredAs: 'wasm',
    numericsClass: 'tfjs-wasm',
    load: async () => {
      const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
      setWasmPaths(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    },
  },
  tensorflow: {
    registeredAs: 'tensorflow',
    numericsClass: 'tfjs-tensorflow-cpu',
    load: () => loadTensorflow('tensorflow', '@tensorflow/tfjs-node'),
  },
  'tensorflow-gpu': {
    registeredAs: 'tensorflow',
    numericsClass: 'tfjs-tensorflow-gpu',
    load: async () => {
      await loadTensorflow('tensorflow-gpu', '@tensorflow/tfjs-node-gpu');
      await setBackend('tensorflow');
      // Without the right CUDA libraries TensorFlow falls back to the CPU and says so on standard error only.
      const { isUsingGpuDevice } = backend() as unknown as { isUsingGpuDevice: boolean };
      if (!isUsingGpuDevice) throw unavailable('tensorflow-gpu', 'TensorFlow found no usable GPU');
    },
  },
  webgpu: { registeredAs: 'webgpu', numericsClass: 'tfjs-webgpu', load: loadWebgpu },
};

/**
 * Loads and initialises a TensorFlow.js backend. Throws `BACKEND_NOT_AVAILABLE` where a package or the device is missing.
 */
export async function loadBackend(
  name: TfjsBackendName,
): Promise<{ registeredAs: string; numericsClass: string }> {
  // Otherwise TensorFlow.js advises on standard error to install tfjs-node.
  enableProdMode();
  const { registeredAs, numericsClass, load } = loaders[name];
  await load();
  if (!(await setBackend(registeredAs))) throw unavailable(name, 'it did not initialise');
  return { registeredAs, numericsClass };
}
