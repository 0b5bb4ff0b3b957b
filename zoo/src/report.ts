import type { TrainerEvent } from '@ablate/catalogue';

export interface Report {
  /** Mean loss of the last 50 updates of each phase. */
  readonly losses: readonly number[];
}

/** Runs a training loop, prints its progress every 50 updates; returns the mean loss of the last 50. */
export async function report(label: string, loop: AsyncGenerator<TrainerEvent, boolean>): Promise<number> {
  const recent: number[] = [];
  for await (const event of loop) {
    if (event.type === 'metrics') {
      recent.push(event.points.find(({ name }) => name === 'loss')!.value);
      if (recent.length > 50) recent.shift();
    }
    if (event.type === 'progress' && (event.step % 50 === 0 || event.step === event.totalSteps)) {
      console.log(`${label}: ${event.step}/${event.totalSteps} loss ${mean(recent).toFixed(3)}`);
    }
  }
  return mean(recent);
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
