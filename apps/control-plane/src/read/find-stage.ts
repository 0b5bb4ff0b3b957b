import type { StageView } from '@ablate/contracts';
import type { Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { notFound } from '../not-found.js';
import { readFleet } from '../planning/read-fleet.js';
import { describeStage } from './describe-stage.js';

/** By its key, or enough of its beginning. */
export async function findStage({ stages }: Context, keyOrPrefix: string): Promise<Stage> {
  const stage = await stages.byPrefix(keyOrPrefix);
  if (!stage) {
    throw notFound(
      'stage',
      keyOrPrefix,
      'Give its key, or enough of its beginning; `ablate runs EXPERIMENT --json` lists keys.',
    );
  }
  return stage;
}

/** One stage, with how often it is used and was tried. */
export async function showStage(context: Context, keyOrPrefix: string): Promise<StageView> {
  const { stages, attempts } = context;
  const stage = await findStage(context, keyOrPrefix);
  const parents = await stages.find(stage.parents);
  const { clock } = await readFleet(context);
  return describeStage(stage, new Map([...parents, stage].map((row) => [row.key, row])), {
    uses: await stages.uses([stage.key]),
    attempts: await attempts.counts([stage.key]),
    clock,
  });
}
