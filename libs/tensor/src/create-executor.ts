import { AblateError } from '@ablate/errors';
import type { BackendName, Executor, ExecutorOptions } from './executor.js';
import { OnnxExecutor } from './onnx/executor.js';

/** The executor of a backend; `auto` takes ONNX Runtime, which is there wherever the package installs. */
export async function createExecutor(
  backend: BackendName | 'auto',
  options: ExecutorOptions = {},
): Promise<Executor> {
  if (backend === 'auto' || backend === 'onnx') return new OnnxExecutor(options);
  throw new AblateError('UNKNOWN_BACKEND', `There is no backend "${backend}" in this build.`, {
    path: 'ABLATE_BACKEND',
    value: backend,
    rule: 'One of auto, onnx.',
    fix: 'Unset ABLATE_BACKEND.',
  });
}
