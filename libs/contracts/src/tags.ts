import { z } from 'zod';

export const MOST_TAGS = 20;

export const tag = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N}._:/-]{0,39}$/u, {
  error: 'a tag has 1 to 40 letters, digits and . _ : / -, and begins with a letter or digit',
});

export const tagList = z
  .array(tag)
  .max(MOST_TAGS)
  .describe('Words to find it by; they change nothing of what is trained');

/** Which tags to put on an experiment and which to take off. */
export const tagChange = z
  .strictObject({ add: tagList.default([]), remove: z.array(z.string()).max(100).default([]) })
  .meta({ id: 'TagChange' });
