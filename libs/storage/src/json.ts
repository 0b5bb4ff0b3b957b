import type { AblateErrorShape } from '@ablate/errors';
import { Prisma } from './generated/client.js';

/** Plain data as a JSON column takes it. */
export const toJson = (value: unknown): Prisma.InputJsonValue =>
  JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;

export const errorColumn = (error: AblateErrorShape | null): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  error === null ? Prisma.DbNull : toJson(error);
