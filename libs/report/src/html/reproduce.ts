import { orderSpec } from '@ablate/design-space';
import { stringify } from 'yaml';
import { escape } from '../drawing/escape.js';
import type { ReportInput } from '../report-input.js';
import { seedWords, plain } from '../tables/paper-table.js';
import { list, paragraph, section, tableOf } from './parts.js';

/** The grid as it can be submitted again. */
export const specYaml = (spec: unknown): string => stringify(orderSpec(spec as object));

const code = (text: string): string => `<pre><code>${escape(text)}</code></pre>`;
const joined = (values: readonly (string | number)[]): string =>
  values.length === 0 ? 'none recorded' : values.join(', ');

/** What somebody needs to get the same numbers again. */
export function reproduceSection({ experiment, comparison, provenance, command }: ReportInput): string {
  const { kind, trainers, numericsClasses, devices, notBitExact, inputs, stageKeys, installed } = provenance;
  const versions = Object.entries(installed).map(([name, version]) => `${name} ${version}`);
  const made =
    kind === 'imported'
      ? [`Published figures of ${experiment.name}; nothing was trained here.`]
      : [
          `Trainer version: ${joined(trainers)}. Numerics class: ${joined(numericsClasses)}. Processors: ${joined(devices)}.`,
          notBitExact === 0
            ? 'Every stage can be made again bit for bit on the same kind of processor.'
            : `${notBitExact} stages went on from a checkpoint of another kind of processor: they are not bit-exact.`,
          `Seeds: ${seedWords(comparison)}.`,
        ];
  return section(
    'What makes it reproducible',
    list([
      ...made,
      `Experiment ${experiment.id} of project ${experiment.project}, submitted ${experiment.createdAt}, ${experiment.finishedAt === null ? 'not finished' : `finished ${experiment.finishedAt}`}.`,
      `Installed on the server that made this report: ${versions.join(', ')}.`,
    ]),
    kind === 'imported' ? '' : paragraph('Submit this grid with ablate submit grid.yaml:'),
    code(specYaml(experiment.spec)),
    paragraph('This report was made by:'),
    code(command),
    inputs.length === 0
      ? ''
      : tableOf({
          head: ['role', 'name', 'part', 'SHA-256'],
          rows: inputs.map(({ role, id, part, digest }) => [role, id, part ?? '–', digest].map(plain)),
          caption: 'What went in, by digest.',
        }),
    stageKeys.length === 0
      ? ''
      : `<details><summary>${stageKeys.length} stage keys</summary>${code(stageKeys.map(({ stage, key }) => `${key}  ${stage}`).join('\n'))}</details>`,
  );
}
