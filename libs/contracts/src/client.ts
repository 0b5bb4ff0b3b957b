import { AblateError } from '@ablate/errors';
import { errorBody } from './error.js';
import { API, routes, type Route, type RouteInput, type RouteName, type RouteResponse } from './routes.js';
import { serverEvent, type ServerEvent } from './views.js';

export interface ClientOptions {
  /** e.g. `http://127.0.0.1:4600`. */
  readonly baseUrl: string;
  readonly signal?: AbortSignal;
}

/** A function a route: `client.plan({ body: { spec } })`. Failures are AblateErrors; no answer is `UNREACHABLE`. */
export type Client = { readonly [N in RouteName]: (input: RouteInput<N>) => Promise<RouteResponse<N>> } & {
  /** An experiment's state, at once and whenever it changes; reconnects by itself until `signal` aborts or the experiment is over. */
  events(experiment: string, signal?: AbortSignal): AsyncGenerator<ServerEvent>;
};

interface AnyInput {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

const unreachable = (baseUrl: string, cause: unknown): AblateError =>
  new AblateError(
    'UNREACHABLE',
    `No Ablate server answers at ${baseUrl}.`,
    {
      path: 'ABLATE_URL',
      value: baseUrl,
      rule: 'A running server.',
      fix: 'Start one with `npm start`, or set ABLATE_URL or --url.',
    },
    { cause },
  );

function addressOf(
  baseUrl: string,
  { path }: Pick<Route, 'path'>,
  { params = {}, query = {} }: AnyInput,
): URL {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const url = new URL(`${API}${filled}`, baseUrl);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

async function call({ baseUrl, signal }: ClientOptions, route: Route, input: AnyInput): Promise<unknown> {
  const body =
    input.body === undefined
      ? {}
      : { body: JSON.stringify(input.body), headers: { 'content-type': 'application/json' } };
  const response = await fetch(addressOf(baseUrl, route, input), {
    method: route.method,
    ...body,
    ...(signal ? { signal } : {}),
  }).catch((cause: unknown) => {
    throw unreachable(baseUrl, cause);
  });
  const json: unknown = await response.json().catch(() => null);
  if (response.ok) return route.response.parse(json);
  const failure = errorBody.safeParse(json);
  if (failure.success) throw AblateError.from(failure.data.error);
  throw new AblateError('BAD_ANSWER', `${baseUrl} answered ${response.status} without an Ablate error.`, {
    path: 'ABLATE_URL',
    value: baseUrl,
    rule: 'An Ablate server of this version.',
    fix: 'Check that the address is that of an Ablate server.',
  });
}

/** Server-sent events of a response body: the `data` of each. */
async function* dataLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const event = buffer.slice(0, end);
      buffer = buffer.slice(end + 2);
      const data = event
        .split('\n')
        .flatMap((line) => (line.startsWith('data:') ? [line.slice(5).trim()] : []));
      if (data.length > 0) yield data.join('\n');
    }
  }
}

const RECONNECT_MS = 500;

async function* events(
  { baseUrl }: ClientOptions,
  experiment: string,
  signal?: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const url = addressOf(baseUrl, { path: '/events' }, { query: { experiment } });
  for (let failures = 0; !signal?.aborted;) {
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/event-stream' },
        ...(signal ? { signal } : {}),
      });
      if (response.ok && response.body) {
        failures = 0;
        for await (const data of dataLines(response.body)) {
          const event = serverEvent.parse(JSON.parse(data));
          yield event;
          if (event.experiment.state !== 'running') return;
        }
      }
    } catch (cause) {
      if (signal?.aborted) return;
      failures += 1;
      if (failures > 20) throw unreachable(baseUrl, cause);
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

/** A typed client of the API, made from the route table. */
export function createClient(options: ClientOptions): Client {
  const calls = Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [name, (input: AnyInput) => call(options, route, input)]),
  );
  return {
    ...calls,
    events: (experiment: string, signal?: AbortSignal) => events(options, experiment, signal),
  } as unknown as Client;
}
