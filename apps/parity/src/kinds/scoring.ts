import { AblateError } from '@ablate/errors';
import type { Checks } from '../checks.js';
import type { GoldenCase } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { caption } from './scoring-caption.js';
import { ai2d, mmbench, mmmu, scienceqa } from './scoring-choice.js';
import { gqa, mme, pope, textvqa, vizwiz, vqaV2 } from './scoring-short.js';

type Rule = (golden: GoldenCase, checks: Checks) => void;

const RULES: Readonly<Record<string, Rule>> = {
  vqa_v2: vqaV2,
  textvqa,
  vizwiz,
  gqa,
  scienceqa,
  pope,
  mme,
  mmbench,
  mmmu,
  ai2d,
  caption,
};

/** Normalised answers, scores and aggregates of one benchmark's rule. */
export const scoring: Kind = async (golden, checks) => {
  const { rule } = golden.json as { rule: string };
  const run = RULES[rule];
  if (!run)
    throw new AblateError('UNKNOWN_RULE', `"${rule}" is no scoring rule that this build knows.`, {
      path: `${golden.folder}/case.json: rule`,
      value: rule,
      rule: `One of ${Object.keys(RULES).join(', ')}.`,
    });
  run(golden, checks);
};
