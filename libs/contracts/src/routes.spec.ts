import { describe, expect, it } from '@jest/globals';
import { routes, type Route } from './routes.js';

const all = Object.entries(routes) as [string, Route][];

describe('the route table', () => {
  it('has one route a method and path', () => {
    const places = all.map(([, { method, path }]) => `${method} ${path}`);
    expect(new Set(places).size).toBe(places.length);
  });

  it.each(all)('%s describes the parameters of its path and no others', (_name, { path, params }) => {
    const named = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name);
    expect(Object.keys(params?.shape ?? {})).toEqual(named);
  });

  it.each(all)('%s takes a body only where something is posted', (_name, { method, body }) => {
    expect(body === undefined || method === 'POST').toBe(true);
  });
});
