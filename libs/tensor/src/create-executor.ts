import { AblateError } from '@ablate/errors';
import type { BackendName, Executor, ExecutorOptions } from './executor.js';

const BACKENDS: readonly BackendName[] = ['onnx', 'tensorflow-gpu', 'tensorflow', 'webgpu', 'wasm', 'cpu'];

/**
 * The executor of a backend; `auto` takes ONNX Runtime, which is there wherever the package installs. A runtime is loaded only
 * when it is chosen. `threads` reaches ONNX Runtime only. Throws `UNKNOWN_BACKEND` or `BACKEND_NOT_AVAILABLE`.
 */
export async function createExecutor(
  backend: BackendName | 'auto',
  options: ExecutorOptions = {},
): Promise<Executor> {
  if (backend === 'auto' || backend === 'onnx') {
    const { OnnxExecutor } = await import('./onnx/executor.js');
    return new OnnxExecutor(options);
  }
  if (BACKENDS.includes(backend)) {
    const { createTfjsExecutor } = await import('./tfjs/executor.js');
    return createTfjsExecutor(backend);
  }
  throw new AblateError('UNKNOWN_BACKEND', `There is no backend "${String(backend)}".`, {
    path: 'ABLATE_BACKEND',
    value: backend,
    rule: `One of auto, ${BACKENDS.join(', ')}.`,
    fix: 'Unset ABLATE_BACKEND.',
  });
}
