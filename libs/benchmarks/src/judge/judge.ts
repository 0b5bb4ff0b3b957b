import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AblateError } from '@ablate/errors';
import { writeTextAtomically } from '@ablate/training';

/** Where a judge is reached. Off unless given: judged benchmarks cost money and send answers away. */
export interface JudgeSettings {
  /** OpenAI-compatible base address, e.g. `https://api.openai.com/v1`. */
  readonly url: string;
  readonly key: string | null;
  /** Folder of verdicts: the same request is asked once. */
  readonly cache: string;
}

export interface JudgeMessage {
  readonly role: 'system' | 'user';
  readonly content: string;
}

/** What is asked; all of it is the cache's key. */
export interface JudgeRequest {
  readonly model: string;
  /** Number of the prompt's wording. */
  readonly prompt: number;
  readonly messages: readonly JudgeMessage[];
  readonly maxTokens: number;
}

const TRIES = 5;
const FIRST_WAIT_MS = 1000;
/** Answers that another try may change: too many requests, and the server's own failures. */
const isPassing = (status: number): boolean => status === 429 || status >= 500;

const failed = (url: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'JUDGE_FAILED',
    `The judge at ${url} gave no verdict: ${problem}.`,
    {
      path: 'ABLATE_JUDGE_URL',
      value: url,
      rule: 'An OpenAI-compatible address with /chat/completions.',
      fix: 'Check address, key and model, then retry; verdicts that came are kept.',
    },
    { cause },
  );

export const judgeOff = (benchmark: string): AblateError =>
  new AblateError('JUDGE_OFF', `"${benchmark}" is graded by a judge, and none is set.`, {
    path: 'ABLATE_JUDGE_URL',
    value: null,
    rule: 'A judged benchmark needs an OpenAI-compatible address; by default there is none.',
    fix: 'Set ABLATE_JUDGE_URL (and ABLATE_JUDGE_KEY), or leave this benchmark out of evaluate.',
  });

async function post({ url, key }: JudgeSettings, request: JudgeRequest, waitMs: number): Promise<string> {
  const address = `${url.replace(/\/+$/, '')}/chat/completions`;
  const body = JSON.stringify({
    model: request.model,
    messages: request.messages,
    temperature: 0,
    max_tokens: request.maxTokens,
  });
  for (let attempt = 1, wait = waitMs; ; attempt += 1, wait *= 2) {
    let problem: string;
    let passing = true;
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        },
        body,
      });
      const text = await response.text();
      if (response.ok) return contentOf(url, text);
      problem = `status ${response.status}, ${text.slice(0, 200)}`;
      passing = isPassing(response.status);
    } catch (cause) {
      if (cause instanceof AblateError) throw cause;
      problem = (cause as Error).message;
    }
    if (!passing || attempt === TRIES) throw failed(url, problem);
    await delay(wait);
  }
}

function contentOf(url: string, text: string): string {
  try {
    const content = (JSON.parse(text) as { choices: { message: { content: unknown } }[] }).choices[0]?.message
      .content;
    if (typeof content === 'string') return content;
  } catch (cause) {
    throw failed(url, 'its answer is no chat completion', cause);
  }
  throw failed(url, 'its answer holds no text');
}

/** Asks the judge, or takes the verdict from the cache. Errors: `JUDGE_FAILED`. */
export async function askJudge(
  settings: JudgeSettings,
  request: JudgeRequest,
  waitMs = FIRST_WAIT_MS,
): Promise<string> {
  const name = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const file = join(settings.cache, `${name}.json`);
  const known = await readFile(file, 'utf8').catch(() => null);
  if (known !== null) return (JSON.parse(known) as { verdict: string }).verdict;
  const verdict = await post(settings, request, waitMs);
  await mkdir(settings.cache, { recursive: true });
  await writeTextAtomically(file, `${JSON.stringify({ request, verdict }, null, 2)}\n`);
  return verdict;
}
