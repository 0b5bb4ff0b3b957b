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
  await tx.prediction.createMany({
    data: predictions.map((prediction) => ({
      ...prediction,
      stageKey,
      question: toText(prediction.question),
      answer: toText(prediction.answer),
      target: toText(prediction.target),
    })),
  });
}

export class ResultRepository {
  constructor(private readonly database: Database) {}

  artifacts(stageKeys: readonly string[]): Promise<{ stageKey: string; name: string; sha256: string }[]> {
    return this.database.artifact.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      select: { stageKey: true, name: true, sha256: true },
    });
  }

  /** Scores by question of own answers and of the blind control, for comparisons within a benchmark. */
  scores(
    stageKeys: readonly string[],
  ): Promise<{ stageKey: string; control: string; questionId: string; score: number }[]> {
    return this.database.prediction.findMany({
      where: { stageKey: { in: [...stageKeys] } },
      select: { stageKey: true, control: true, questionId: true, score: true },
      orderBy: [{ stageKey: 'asc' }, { questionId: 'asc' }],
    });
  }
}
