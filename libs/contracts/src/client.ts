import { AblateError } from '@ablate/errors';
import { errorBody } from './error.js';
import { API, routes, type Route, type RouteInput, type RouteName, type RouteResponse } from './routes.js';
import { isOver, serverEvent, type ServerEvent } from './views.js';

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
  readonly query?: Readonly<Record<string, string | number | undefined>>;
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

const notOurs = (baseUrl: string, what: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_ANSWER',
    `${baseUrl} answered ${what}.`,
    {
      path: 'ABLATE_URL',
      value: baseUrl,
      rule: 'An Ablate server of this version.',
      fix: 'Check that the address is that of an Ablate server, and that client and server are of one version.',
    },
    { cause },
  );

async function failureOf(baseUrl: string, response: Response): Promise<AblateError> {
  const failure = errorBody.safeParse(await response.json().catch(() => null));
  return failure.success
    ? AblateError.from(failure.data.error)
    : notOurs(baseUrl, `${response.status} without an Ablate error`);
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
  if (!response.ok) throw await failureOf(baseUrl, response);
  const answer = route.response.safeParse(await response.json().catch(() => null));
  if (!answer.success) throw notOurs(baseUrl, `${route.path} with another shape`, answer.error);
  return answer.data;
}

interface StreamEvent {
  readonly id: string | null;
  readonly data: string;
}

/** Fields of one event of a stream; null for a comment. https://html.spec.whatwg.org/multipage/server-sent-events.html */
function readEvent(text: string): StreamEvent | null {
  const field = (name: string): string[] =>
    text
      .split('\n')
      .flatMap((line) => (line.startsWith(`${name}:`) ? [line.slice(name.length + 1).trim()] : []));
  const data = field('data');
  return data.length === 0 ? null : { id: field('id').at(-1) ?? null, data: data.join('\n') };
}

async function* streamEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let buffer = '';
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true });
    for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
      const event = readEvent(buffer.slice(0, end));
      buffer = buffer.slice(end + 2);
      if (event) yield event;
    }
  }
}

const RECONNECT_MS = 500;
const MOST_FAILURES = 20;

/** Throws what the server answers when it refuses; a lost connection or a server that restarts is tried again. */
async function* events(
  { baseUrl }: ClientOptions,
  experiment: string,
  signal?: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const url = addressOf(baseUrl, { path: '/events' }, { query: { experiment } });
  let lastId: string | null = null;
  for (let failures = 0; !signal?.aborted;) {
    let refusal: AblateError | null = null;
    try {
      const response = await fetch(url, {
        headers: { accept: 'text/event-stream', ...(lastId === null ? {} : { 'last-event-id': lastId }) },
        ...(signal ? { signal } : {}),
      });
      if (response.status >= 500) throw await failureOf(baseUrl, response);
      if (!response.ok || !response.body) refusal = await failureOf(baseUrl, response);
      else {
        for await (const { id, data } of streamEvents(response.body)) {
          failures = 0;
          lastId = id;
          const event = serverEvent.parse(JSON.parse(data));
          yield event;
          if (isOver(event.experiment.state)) return;
        }
      }
    } catch (cause) {
      if (signal?.aborted) return;
      failures += 1;
      if (failures > MOST_FAILURES) throw unreachable(baseUrl, cause);
    }
    if (refusal) throw refusal;
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
