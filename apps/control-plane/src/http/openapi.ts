import { API, errorBody, routes, type Route } from '@ablate/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _schema, ...json } = z.toJSONSchema(schema, {
    io,
    target: 'openapi-3.0',
    reused: 'inline',
  }) as Json;
  return json;
};

function parametersOf(schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: where,
    required: where === 'path' || !(field as z.ZodType).safeParse(undefined).success,
    schema: schemaOf(field as z.ZodType, 'input'),
  }));
}

const content = (schema: z.ZodType, io: 'input' | 'output'): Json => ({
  'application/json': { schema: schemaOf(schema, io) },
});

function operationOf(name: string, { summary, params, query, body, response, method }: Route): Json {
  const created = method === 'POST' && name === 'submit';
  return {
    operationId: name,
    summary,
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body ? { requestBody: { required: true, content: content(body, 'input') } } : {}),
    responses: {
      [created ? '201' : '200']: { description: summary, content: content(response, 'output') },
      default: {
        description: 'What was wrong, where, and what to do',
        content: content(errorBody, 'output'),
      },
    },
  };
}

/** OpenAPI 3 of the API, made from the route table: what is documented is what is checked. */
export function openApi(): Json {
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = `${API}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route) };
  }
  paths[`${API}/events`] = {
    get: {
      operationId: 'events',
      summary: 'Server-sent events: an experiment’s state, at once and whenever it changes',
      parameters: [{ name: 'experiment', in: 'query', required: true, schema: { type: 'string' } }],
      responses: {
        '200': { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
      },
    },
  };
  return {
    openapi: '3.0.3',
    info: {
      title: 'Ablate',
      version: '1',
      description: 'Design-space ablations of small vision-language models.',
    },
    paths,
  };
}
