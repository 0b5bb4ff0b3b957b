import type { MetricPoint, TrainerEvent } from '@ablate/catalogue';
import type { Fence, MetricRepository, StreamLine } from '@ablate/storage';
import { patiently } from './patiently.js';

const FLUSH_MS = 500;
const MOST_PENDING = 2000;

/** Collects an attempt's metrics, telemetry and log lines and writes them in batches, in order, with its fencing token. */
export class EventWriter {
  private points: MetricPoint[] = [];
  private telemetry: { step: number; values: Readonly<Record<string, number>> }[] = [];
  private lines: StreamLine[] = [];
  private sequence = 0;
  private chain: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly metrics: MetricRepository,
    private readonly fence: Fence,
    private readonly stageKey: string,
    private readonly patienceMs: number,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  event(event: Extract<TrainerEvent, { type: 'metrics' | 'telemetry' | 'log' }>): void {
    if (event.type === 'metrics') this.points.push(...event.points);
    else if (event.type === 'telemetry') this.telemetry.push({ step: event.step, values: event.values });
    else this.line('log', `${event.level}: ${event.message}`);
    this.schedule();
  }

  line(stream: string, text: string): void {
    this.lines.push({ sequence: this.sequence, stream, text: text.slice(0, 10_000) });
    this.sequence += 1;
    this.schedule();
  }

  private schedule(): void {
    if (this.points.length + this.lines.length >= MOST_PENDING) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS);
  }

  /** Writes what is pending; resolves when everything given so far is written. A failure is reported, once, and drops what follows. */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const batch = { points: this.points, telemetry: this.telemetry, lines: this.lines };
    this.points = [];
    this.telemetry = [];
    this.lines = [];
    if (batch.points.length + batch.telemetry.length + batch.lines.length > 0) {
      const write = (): Promise<void> => this.metrics.write(this.fence, this.stageKey, batch);
      this.chain = this.chain.then(() => patiently(write, this.patienceMs));
      this.chain.catch((error: unknown) => this.onFailure(error));
    }
    return this.chain;
  }
}
