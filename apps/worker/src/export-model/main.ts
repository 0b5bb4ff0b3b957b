import { readFile } from 'node:fs/promises';
import { toErrorShape } from '@ablate/errors';
import { exportModel } from './export-model.js';
import type { ExportRequest } from './request.js';

/** Exports what the request file (the only argument) asks for. Prints `{ "files" }`, or `{ "error" }`. */
try {
  const request = JSON.parse(await readFile(process.argv[2]!, 'utf8')) as ExportRequest;
  process.stdout.write(JSON.stringify({ files: await exportModel(request) }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: toErrorShape(error) }));
}
