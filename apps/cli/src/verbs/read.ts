import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { readGridFile } from '../grid-file.js';
import { explainView } from '../views/explain-view.js';
import { planView } from '../views/plan-view.js';
import { experimentsView, experimentView } from '../views/progress-view.js';
import { runsView } from '../views/runs-view.js';

/** The verbs that ask and answer; nothing changes. */

export async function plan(
  context: Context,
  file: string,
  difference: number | undefined,
): Promise<ExitCode> {
  const spec = await readGridFile(file);
  const found = await context.client.plan({
    body: { spec, ...(difference === undefined ? {} : { difference }) },
  });
  answer(context, found, () => planView(found));
  return EXIT.done;
}

export async function status(
  context: Context,
  id: string | undefined,
  tags: readonly string[],
): Promise<ExitCode> {
  if (id === undefined) {
    const tag = tags.join(',');
    const all = await context.client.experiments({ query: tag === '' ? {} : { tag } });
    answer(context, all, () =>
      all.length === 0 && tag !== '' ? `No experiment has ${tags.join(' and ')}.` : experimentsView(all),
    );
  } else {
    const detail = await context.client.experiment({ params: { id } });
    answer(context, detail, () => experimentView(detail));
  }
  return EXIT.done;
}

export async function runs(context: Context, id: string): Promise<ExitCode> {
  const found = await context.client.runs({ params: { id } });
  if (context.json) answer(context, found, () => '');
  else {
    const { benchmarks } = await context.client.compare({ params: { id } });
    answer(context, found, () =>
      runsView(
        found,
        benchmarks.map(({ metric }) => metric),
      ),
    );
  }
  return EXIT.done;
}

export async function logs(context: Context, id: string, limit: number): Promise<ExitCode> {
  const lines = await context.client.logs({ params: { id }, query: { limit } });
  answer(context, lines, () =>
    lines.length === 0 ? 'No log lines yet.' : lines.map(({ stage, text }) => `${stage}  ${text}`).join('\n'),
  );
  return EXIT.done;
}

export async function explain(context: Context, id: string): Promise<ExitCode> {
  const found = await context.client.explain({ params: { id } });
  answer(context, found, () => explainView(found));
  return EXIT.done;
}
