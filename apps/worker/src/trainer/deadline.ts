import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** The supervisor's pipe. Not a file stream: its pending read would block a thread, and this process's exit until the next line. */
export const openPipe = (fd: number): Readable => new Socket({ fd, readable: true, writable: false });

/**
 * Ends this process when its supervisor is gone or silent: the pipe closes, or no line refreshes the deadline in time.
 * A line holds the milliseconds until the next deadline.
 */
export function watchDeadline(pipe: Readable, end: () => void): void {
  let timer: NodeJS.Timeout | null = null;
  const lines = createInterface({ input: pipe });
  lines.on('line', (line) => {
    const milliseconds = Number(line);
    if (!Number.isFinite(milliseconds)) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(end, milliseconds);
    timer.unref();
  });
  lines.on('close', end);
  pipe.on('error', end);
}
