import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createExecutor } from '@ablate/tensor';
import { makeLanguageModel } from './make-language-model.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const models = values.out ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'models');
const names = positionals.length > 0 ? positionals : ['llama-tiny', 'phi-tiny'];
const executor = await createExecutor('onnx');
for (const name of names) {
  const folder = join(models, name);
  if (name === 'llama-tiny' || name === 'phi-tiny')
    await makeLanguageModel(name, folder, executor, Number(values.seed), Number(values.scale));
}
await executor.dispose();
