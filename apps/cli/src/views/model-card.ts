import type { Comparison, RunView, StageView } from '@ablate/contracts';

/** What a card is written from. */
export interface CardFacts {
  readonly run: RunView;
  /** Trained stages in order. */
  readonly trainings: readonly StageView[];
  readonly comparison: Comparison;
  readonly format: string;
  readonly lora: string;
  /** Of this program. */
  readonly version: string;
}

type Json = Readonly<Record<string, unknown>>;

const short = (value: unknown): string =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '–');
const number = (value: number | null): string => (value === null ? '–' : value.toFixed(4));
const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  row(head),
  row(head.map(() => '---')),
  ...rows.map(row),
];

function training({ key, stage, config }: StageView): string[] {
  const facts = config as Json;
  const data = facts['data'] as Json;
  const optimiser = facts['optimiser'] as Json;
  const backbones = ['encoder', 'llm'].map((part) => facts[part] as Json);
  return [
    `### ${stage}`,
    '',
    ...table(
      ['setting', 'value'],
      [
        ['stage key', key],
        ...backbones.map(({ id, digest }, i) => [
          i === 0 ? 'encoder' : 'LLM',
          `${short(id)} (sha256 ${short(digest)})`,
        ]),
        ['data', `${short(data['recipe'])}/${short(data['part'])} (sha256 ${short(data['digest'])})`],
        ...Object.entries(optimiser).map(([name, value]) => [name, short(value)]),
        ...[
          'connector',
          'tune',
          'schedule',
          'batchSize',
          'accumulation',
          'epochs',
          'template',
          'imageAspect',
          'maxLength',
          'seed',
        ].map((name) => [name, short(facts[name])]),
      ],
    ),
    '',
  ];
}

function scores({ run, comparison }: CardFacts): string[] {
  const cell = comparison.cells.find(({ id }) => id === run.cell);
  if (!cell || cell.scores.length === 0) return ['This run has no finished evaluation.', ''];
  return [
    ...table(
      [
        'metric',
        'this run',
        'mean of the cell',
        'seeds',
        '95 % interval over seeds',
        'blind',
        'majority',
        'gain over blind (95 %)',
      ],
      cell.scores.map(({ metric, mean, n, low, high, blind, majority, gain }) => [
        metric,
        number(run.metrics[metric] ?? null),
        number(mean),
        String(n),
        low === null || high === null ? 'one seed has none' : `${number(low)} to ${number(high)}`,
        number(blind),
        number(majority),
        gain === null ? '–' : `${number(gain.mean)} (${number(gain.low)} to ${number(gain.high)})`,
      ]),
    ),
    '',
    'Blind: the same model with the images exchanged between questions. The gain is paired by question.',
    '',
  ];
}

/** The model card of an exported run (README.md): what it was trained on and how, with which versions, and what it scores. */
export function modelCard(facts: CardFacts): string {
  const { run, trainings, format, lora, version } = facts;
  return [
    '---',
    'tags: [ablate, vision-language]',
    'pipeline_tag: image-text-to-text',
    '---',
    '',
    `# ${run.label || run.cell}`,
    '',
    `Run \`${run.id}\` of experiment \`${run.experiment}\`, seed ${run.seed}, exported by Ablate ${version} (layout ${format}, adapters ${lora}).`,
    '',
    '## Design',
    '',
    ...table(
      ['axis', 'level'],
      Object.entries(run.levels).map(([axis, level]) => [axis, short(level)]),
    ),
    '',
    '## Training',
    '',
    ...trainings.flatMap(training),
    '## Scores',
    '',
    ...scores(facts),
  ].join('\n');
}
