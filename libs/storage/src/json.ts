import type { AblateErrorShape } from '@ablate/errors';
import { Prisma } from './generated/client.js';

/** Text as PostgreSQL takes it: zero bytes and halves of surrogate pairs become U+FFFD. Models and trainers print anything. */
export const toText = (text: string): string => Buffer.from(text.replaceAll('\u0000', '\ufffd')).toString();

/** Plain data as a JSON column takes it. */
export const toJson = (value: unknown): Prisma.InputJsonValue =>
  JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' ? toText(part) : part,
  ) as Prisma.InputJsonValue;

export const errorColumn = (error: AblateErrorShape | null): Prisma.InputJsonValue | typeof Prisma.DbNull =>
  error === null ? Prisma.DbNull : toJson(error);
