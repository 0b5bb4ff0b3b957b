import { API, errorBody, routes, type Route } from '@ablate/contracts';
import { z } from 'zod';

type Json = Record<string, unknown>;

interface Components {
  readonly schemas: Readonly<Record<string, Json>>;
  readonly schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json;
}

/** Without what only a schema of its own says, and referring to components. */
function relocate(schema: object): Json {
  const own = Object.entries(schema).filter(([name]) => !['$schema', '$defs', 'id'].includes(name));
  const text = JSON.stringify(Object.fromEntries(own));
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json;
}

/** Schemas with a name are kept once, under `components`; what refers to them is rewritten. */
function createComponents(): Components {
  const schemas: Record<string, Json> = {};
  return {
    schemas,
    schemaOf: (schema, io) => {
      const json = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
      for (const [name, definition] of Object.entries(json.$defs ?? {})) schemas[name] = relocate(definition);
      return relocate(json);
    },
  };
}

const isOptional = (field: z.ZodType): boolean => field.safeParse(undefined).success;

function operationOf(name: string, route: Route, components: Components): Json {
  const { summary, params, query, body, response } = route;
  const content = (schema: z.ZodType, io: 'input' | 'output'): Json => ({
    'application/json': { schema: components.schemaOf(schema, io) },
  });
  const parameters = (schema: z.ZodObject | undefined, where: 'path' | 'query'): Json[] =>
    Object.entries(schema?.shape ?? {}).map(([field, type]) => ({
      name: field,
      in: where,
      required: where === 'path' || !isOptional(type as z.ZodType),
      schema: components.schemaOf(type as z.ZodType, 'input'),
    }));
  return {
    operationId: name,
    summary,
    parameters: [...parameters(params, 'path'), ...parameters(query, 'query')],
    ...(body ? { requestBody: { required: true, content: content(body, 'input') } } : {}),
    responses: {
      [name === 'submit' ? '201' : '200']: { description: summary, content: content(response, 'output') },
      default: {
        description: 'What was wrong, where, and what to do',
        content: content(errorBody, 'output'),
      },
    },
  };
}

const EVENTS = {
  operationId: 'events',
  summary:
    'Server-sent events: of one experiment its state, at once and whenever it changes; without `experiment` what changed anywhere',
  parameters: [
    { name: 'experiment', in: 'query', required: false, schema: { type: 'string' } },
    { name: 'Last-Event-ID', in: 'header', required: false, schema: { type: 'string' } },
  ],
  responses: {
    '200': { description: 'A stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
  },
};

/** OpenAPI of the API, made from the route table: what is documented is what is checked. */
export function openApi(): Json {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const [name, route] of Object.entries(routes) as [string, Route][]) {
    const path = `${API}${route.path.replace(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(name, route, components) };
  }
  paths[`${API}/events`] = { get: EVENTS };
  return {
    openapi: '3.1.0',
    info: {
      title: 'Ablate',
      version: '1',
      description: 'Design-space ablations of small vision-language models.',
    },
    paths,
    components: { schemas: components.schemas },
  };
}
