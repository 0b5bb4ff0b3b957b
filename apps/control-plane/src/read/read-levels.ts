import { KNOWN_AXES, type Levels } from '@ablate/design-space';

const place = (axis: string): number => {
  const known = (KNOWN_AXES as readonly string[]).indexOf(axis);
  return known === -1 ? KNOWN_AXES.length : known;
};

/** A row's levels in the order of a table's columns: the known axes, then dotted ones by name. PostgreSQL keeps no order of keys. */
export const readLevels = (column: unknown): Levels =>
  Object.fromEntries(
    Object.entries(column as Levels).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1)),
  );
