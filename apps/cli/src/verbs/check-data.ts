import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { checkDataset, manifestOf, type DatasetReport, type Finding } from '@ablate/datasets';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { plural } from '../views/format.js';

export interface CheckDataOptions {
  readonly images?: string;
  readonly maxLength: number;
  readonly tokenizer?: string;
  readonly template: string;
  readonly imageTokens: number;
  readonly manifest?: string;
}

/** Room for the findings of the largest public mixtures. */
const MOST_BYTES = 1024 * 1024 * 1024;

/** Tokens are counted by a process of the worker, since this command reads no tokenizer. */
async function checkExactly(
  path: string,
  options: CheckDataOptions & { tokenizer: string },
): Promise<DatasetReport> {
  const program = fileURLToPath(new URL('../../../worker/dist/check-data/main.js', import.meta.url));
  const request = {
    path,
    images: options.images === undefined ? null : resolve(options.images),
    maxLength: options.maxLength,
    tokenizer: resolve(options.tokenizer),
    template: options.template,
    imageTokens: options.imageTokens,
  };
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(request)], {
    maxBuffer: MOST_BYTES,
  });
  const report = JSON.parse(stdout) as DatasetReport | { readonly error: AblateErrorShape };
  if ('error' in report) throw AblateError.from(report.error);
  return report;
}

const sentence = ({ file, line, record, id, level, code, message }: Finding): string =>
  [
    `${file}${line === null ? '' : `:${line}`}`,
    ...(record === null ? [] : [`record ${record}${id === null ? '' : ` ("${id}")`}`]),
    `${level === 'error' ? '' : 'warning '}${code}: ${message}`,
  ].join(' ');

function view({ records, textOnly, bad, errors, warnings, files, findings }: DatasetReport): string {
  return [
    ...findings.map(sentence),
    ...(findings.length > 0 ? [''] : []),
    `${plural(files.length, 'file')}, ${plural(records, 'record')}, ${textOnly} of text only.`,
    errors === 0
      ? `No errors, ${plural(warnings, 'warning')}.`
      : `${plural(errors, 'error')} in ${plural(bad, 'record')}, ${plural(warnings, 'warning')}.`,
  ].join('\n');
}

/** Reads a whole dataset and names every bad record; any error is exit 1, warnings are not. */
export async function checkData(
  context: Context,
  given: string,
  options: CheckDataOptions,
): Promise<ExitCode> {
  const path = resolve(given);
  const { tokenizer } = options;
  const images = options.images === undefined ? null : resolve(options.images);
  const report =
    tokenizer === undefined
      ? await checkDataset(path, { images, maxLength: options.maxLength, tokens: null })
      : await checkExactly(path, { ...options, tokenizer });
  if (options.manifest !== undefined) {
    const files = report.files.map(({ file }) => file);
    const manifest = await manifestOf(dirname(files[0] ?? path), files, report.images);
    await writeFile(options.manifest, `${JSON.stringify(manifest, null, 2)}\n`);
  }
  answer(context, report, () => view(report));
  return report.errors > 0 ? EXIT.failed : EXIT.done;
}
