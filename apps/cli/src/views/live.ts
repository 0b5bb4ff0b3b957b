/** Lines that are written over in a terminal; elsewhere each change is a line of its own, at most one in `everyMs`. */
export interface Live {
  /** Replaces what was shown. `summary` is the line for a log that cannot be written over. */
  show(lines: readonly string[], summary: string): void;
  /** Leaves the last state standing. */
  end(): void;
}

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export function createLive(out: Terminal, everyMs = 5_000, now: () => number = Date.now): Live {
  let shown = 0;
  let last = '';
  let at = -Infinity;
  if (!out.isTTY)
    return {
      show: (_, summary) => {
        if (summary === last || now() - at < everyMs) return;
        out.write(`${summary}\n`);
        last = summary;
        at = now();
      },
      end: () => undefined,
    };
  return {
    show: (lines) => {
      const columns = out.columns ?? 80;
      const cut = lines.map((line) => [...line].slice(0, columns - 1).join(''));
      const up = shown > 0 ? `\u001b[${shown}A` : '';
      out.write(`${up}${cut.map((line) => `\u001b[2K${line}`).join('\n')}\n\u001b[J`);
      shown = cut.length;
    },
    end: () => {
      shown = 0;
    },
  };
}
