import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client } from '@ablate/contracts';
import { readEnvironment, readSettings, type Settings } from '@ablate/runtime';

/** The clone that this command belongs to. */
export const CLONE = fileURLToPath(new URL('../../../', import.meta.url));

export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What a verb works with. Standard output is for answers, standard error for what is said meanwhile. */
export interface Context {
  readonly settings: Settings;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the port was chosen by the person. */
  readonly portGiven: boolean;
  readonly client: Client;
  readonly json: boolean;
  readonly out: Terminal;
  readonly err: Terminal;
}

/** The options that every verb takes. */
export interface CommonOptions {
  readonly url?: string;
  readonly home?: string;
  readonly port?: string;
  readonly json?: boolean;
}

/** Options over environment over defaults; the server's address follows the port unless it is given. Throws BAD_SETTINGS. */
export function createContext(options: CommonOptions, out: Terminal, err: Terminal): Context {
  const inherited = readEnvironment();
  const port = options.port ?? inherited['ABLATE_PORT'];
  const environment = {
    ...inherited,
    ABLATE_HOME: options.home ?? inherited['ABLATE_HOME'] ?? join(CLONE, '.ablate'),
    ...(port === undefined ? {} : { ABLATE_PORT: port }),
    ABLATE_URL: options.url ?? inherited['ABLATE_URL'] ?? `http://127.0.0.1:${port ?? 4600}`,
  };
  const settings = readSettings(environment);
  return {
    settings,
    environment,
    portGiven: port !== undefined,
    client: createClient({ baseUrl: settings.url }),
    json: options.json ?? false,
    out,
    err,
  };
}

/** Writes an answer: as JSON with `--json`, else as `text` says. */
export function answer(context: Pick<Context, 'json' | 'out'>, value: unknown, text: () => string): void {
  context.out.write(`${context.json ? JSON.stringify(value, null, 2) : text().trimEnd()}\n`);
}
