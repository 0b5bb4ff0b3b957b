import { AblateError } from '@ablate/errors';
import type { Database } from './database.js';
import type { Worker } from './generated/client.js';

export interface NewWorker {
  readonly id: string;
  readonly name: string;
  readonly pool: string;
  readonly numericsClass: string;
  readonly device: string;
  readonly slots: number;
}

/** Workers and the numerics classes of their pools. */
export class WorkerRepository {
  constructor(private readonly database: Database) {}

  /** Registers a worker; the first one settles its pool's numerics class, another class is refused. */
  async register(worker: NewWorker): Promise<void> {
    await this.database.pool.createMany({
      data: [{ name: worker.pool, numericsClass: worker.numericsClass }],
      skipDuplicates: true,
    });
    const { numericsClass } = await this.database.pool.findUniqueOrThrow({ where: { name: worker.pool } });
    if (numericsClass !== worker.numericsClass) {
      throw new AblateError(
        'OTHER_NUMERICS',
        `Pool "${worker.pool}" computes with ${numericsClass}, this worker with ${worker.numericsClass}.`,
        {
          path: 'ABLATE_BACKEND',
          value: worker.numericsClass,
          rule: `A pool has one numerics class; this one's is ${numericsClass}.`,
          fix: 'Set ABLATE_BACKEND to the same kind, or ABLATE_POOL to another pool.',
        },
      );
    }
    await this.database.worker.upsert({
      where: { id: worker.id },
      create: { ...worker },
      update: { ...worker, state: 'online', seenAt: new Date() },
    });
  }

  async seen(id: string, state: 'online' | 'stopping' | 'gone'): Promise<void> {
    await this.database.worker.updateMany({ where: { id }, data: { state, seenAt: new Date() } });
  }

  /** Marks workers gone that were not seen for a while. */
  async forget(silentMs: number): Promise<void> {
    await this.database
      .$executeRaw`UPDATE workers SET state = 'gone' WHERE state <> 'gone' AND seen_at < now() - ${silentMs} * interval '1 millisecond'`;
  }

  list(): Promise<Worker[]> {
    return this.database.worker.findMany({
      where: { state: { not: 'gone' } },
      orderBy: { startedAt: 'asc' },
    });
  }

  /** Numerics classes of the pools that have had a worker. */
  async pools(): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.pool.findMany();
    return new Map(rows.map(({ name, numericsClass }) => [name, numericsClass]));
  }
}
