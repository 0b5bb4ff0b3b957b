import { z } from 'zod';

/** What made the scores of an experiment, so that somebody else can make them again. */
export const provenanceView = z
  .object({
    experiment: z.string(),
    kind: z.enum(['grid', 'imported']),
    trainers: z.array(z.int()).describe('Versions of the trainer that stages were made with'),
    numericsClasses: z.array(z.string()).describe('Executor and kind of device: part of every stage key'),
    devices: z.array(z.string()).describe('Executors and processors that finished its stages'),
    notBitExact: z.int().describe('Stages that went on from a checkpoint of another kind of processor'),
    inputs: z.array(
      z.object({
        role: z.string().describe('encoder, llm, data or benchmark'),
        id: z.string(),
        part: z.string().nullable().describe('Of a data recipe'),
        digest: z.string(),
      }),
    ),
    stageKeys: z.array(z.object({ stage: z.string(), key: z.string() })),
    installed: z
      .record(z.string(), z.string())
      .describe('Versions on the server that answers, which need not be those that trained'),
  })
  .meta({ id: 'Provenance' });
export type ProvenanceView = z.infer<typeof provenanceView>;
