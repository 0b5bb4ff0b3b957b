import type { Prediction } from '@ablate/catalogue';
import type { Database, Transaction } from './database.js';
import { toText } from './json.js';

export interface NewArtifact {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** Rows of a stage's files; the files are in the artifact store. Written with the attempt's end. */
export async function writeResults(
  tx: Transaction,
  stageKey: string,
  artifacts: readonly NewArtifact[],
  predictions: readonly Prediction[],
): Promise<void> {
  await tx.artifact.deleteMany({ where: { stageKey } });
  await tx.artifact.createMany({
    data: artifacts.map(({ name, sha256, bytes }) => ({ stageKey, name, sha256, bytes: BigInt(bytes) })),
  });
  await tx.prediction.deleteMany({ where: { stageKey } });
  const rows = predictions.map((prediction) => ({
    ...prediction,
    question: toText(prediction.question),
    answer: toText(prediction.answer),
    target: toText(prediction.target),
  }));
  await tx.$executeRaw`
    INSERT INTO predictions (stage_key, control, question_id, question, image, answer, target, score, category)
    SELECT ${stageKey}, control, "questionId", question, image, answer, target, score, category
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      AS r(control text, "questionId" text, question text, image text, answer text, target text, score float8, category text)`;
}

export class ResultRepository {
  constructor(private readonly database: Database) {}

  async artifacts(
    stageKeys: readonly string[],
  ): Promise<{ stageKey: string; name: string; sha256: string; bytes: number }[]> {
    const rows = await this.database.artifact.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      select: { stageKey: true, name: true, sha256: true, bytes: true },
      orderBy: [{ stageKey: 'asc' }, { name: 'asc' }],
    });
    return rows.map((row) => ({ ...row, bytes: Number(row.bytes) }));
  }

  /**
   * What an answer gains by its own image: own score less the blind control's, by question, each the mean over the group's stages (a
   * question asked of several seeds is still one question). Groups without predictions are absent.
   */
  gains(
    members: readonly { readonly group: string; readonly stageKey: string }[],
  ): Promise<{ group: string; differences: number[] }[]> {
    return this.database.$queryRaw`
      SELECT name AS "group", array_agg(difference ORDER BY question_id) AS differences
      FROM (SELECT m.name, p.question_id,
                   avg(p.score) FILTER (WHERE p.control = 'none') - avg(p.score) FILTER (WHERE p.control = 'blind') AS difference
            FROM unnest(${members.map(({ group }) => group)}::text[], ${members.map(({ stageKey }) => stageKey)}::text[]) AS m(name, stage_key)
            JOIN predictions p ON p.stage_key = m.stage_key
            GROUP BY m.name, p.question_id) questions
      WHERE difference IS NOT NULL GROUP BY name ORDER BY name`;
  }

  /** Marks of a stage's own answers by question, in the order of the questions' ids. */
  scores(stageKey: string): Promise<{ questionId: string; score: number }[]> {
    return this.database.prediction.findMany({
      where: { stageKey, control: 'none' },
      orderBy: { questionId: 'asc' },
      select: { questionId: true, score: true },
    });
  }
}
