import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGridFile } from '../grid-file.js';
import { comparisonView } from '../views/comparison-view.js';
import { plural } from '../views/format.js';
import { experimentView } from '../views/progress-view.js';
import { outcomeOf, watchExperiment } from '../watch-experiment.js';

/** The verbs that start, follow and stop work. */

export async function submit(
  context: Context,
  file: string,
  { wait, tag }: { readonly wait: boolean; readonly tag: readonly string[] },
): Promise<ExitCode> {
  const { client, err, json } = context;
  const spec = await readGridFile(file);
  const detail = await client.submit({ body: { spec, ...(tag.length === 0 ? {} : { tags: [...tag] }) } });
  if (!wait) {
    answer(context, detail, () =>
      [
        detail.id,
        `${plural(detail.stages.total, 'stage')}, ${detail.stages.reused} of them reused; ${plural(detail.savedTrainings, 'training')} saved by sharing.`,
        `Follow it with: ablate watch ${detail.id}`,
      ].join('\n'),
    );
    return EXIT.done;
  }
  if (!json) err.write(`${detail.id}\n`);
  const last = await watchExperiment(context, client, detail.id);
  if (json) answer(context, last, () => '');
  else {
    const comparison = await client.compare({ params: { id: detail.id } });
    answer(context, comparison, () => comparisonView(comparison));
  }
  return outcomeOf(last);
}

/** With --json one line of JSON for every change. */
export async function watch(context: Context, id: string): Promise<ExitCode> {
  const onChange = (detail: unknown): void => {
    if (context.json) context.out.write(`${JSON.stringify(detail)}\n`);
  };
  const last = await watchExperiment(context, context.client, id, { onChange });
  if (!context.json) answer(context, last, () => experimentView(last));
  return outcomeOf(last);
}

/** The verbs that change an experiment's state and answer with what it is then. */
export async function change(
  context: Context,
  verb: 'cancel' | 'pause' | 'resume' | 'retry',
  id: string,
): Promise<ExitCode> {
  const detail = await context.client[verb]({ params: { id } });
  answer(context, detail, () => experimentView(detail));
  return EXIT.done;
}

/** Puts tags on an experiment, or takes them off. */
export async function tag(
  context: Context,
  id: string,
  tags: readonly string[],
  remove: boolean,
): Promise<ExitCode> {
  const body = remove ? { remove: [...tags] } : { add: [...tags] };
  const found = await context.client.tag({ params: { id }, body });
  answer(context, found, () => `${found.id}: ${found.tags.join(', ') || 'no tags'}`);
  return EXIT.done;
}
