import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createExecutor, type Executor } from '@ablate/tensor';
import { makeEncoder } from './make-encoder.js';
import { makeLanguageModel } from './make-language-model.js';
import type { MakeOptions } from './make-options.js';

type Make = (folder: string, executor: Executor, options: MakeOptions) => Promise<void>;

const makers: Readonly<Record<string, Make>> = {
  'clip-tiny': (...rest) => makeEncoder('clip-tiny', ...rest),
  'siglip-tiny': (...rest) => makeEncoder('siglip-tiny', ...rest),
  'llama-tiny': (...rest) => makeLanguageModel('llama-tiny', ...rest),
  'phi-tiny': (...rest) => makeLanguageModel('phi-tiny', ...rest),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    out: { type: 'string' },
    'first-phase': { type: 'string', default: '0' },
  },
});
const models = values.out ?? join(dirname(fileURLToPath(import.meta.url)), '..', 'models');
const names = positionals.length > 0 ? positionals : Object.keys(makers);
const unknown = names.filter((name) => !makers[name]);
if (unknown.length > 0) {
  console.error(`zoo: no backbone ${unknown.join(', ')}; there are ${Object.keys(makers).join(', ')}.`);
  process.exit(2);
}
const options: MakeOptions = {
  seed: Number(values.seed),
  scale: Number(values.scale),
  firstPhase: Number(values['first-phase']),
};
const executor = await createExecutor('onnx');
for (const name of names) await makers[name]!(join(models, name), executor, options);
await executor.dispose();
