import type { Executor } from '@ablate/tensor';
import type { Checks } from './checks.js';
import type { GoldenCase } from './golden-case.js';
import { connector } from './kinds/connector.js';
import { llm } from './kinds/llm.js';
import { visionEncoder } from './kinds/vision-encoder.js';

/** What a kind computes with. */
export interface Tools {
  readonly executor: Executor;
}

/** Computes one case with the product's own code and checks everything that it expects. */
export type Kind = (golden: GoldenCase, checks: Checks, tools: Tools) => Promise<void>;

/** Kinds that compute no tensor give the same on every backend. */
export interface KindEntry {
  readonly run: Kind;
  readonly usesBackend: boolean;
}

const onBackend = (run: Kind): KindEntry => ({ run, usesBackend: true });

/** Every `kind` of a case.json; a new one is a file and a line here. */
export const kinds: Readonly<Record<string, KindEntry>> = {
  vision_encoder: onBackend(visionEncoder),
  connector: onBackend(connector),
  llm: onBackend(llm),
};
