import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import type { TrainerEvent } from '@ablate/catalogue';
import { parseTrainerLine } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';

export interface ChildOptions {
  /** Command and leading arguments; the job file comes last. */
  readonly command: readonly string[];
  readonly jobFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onEvent: (event: TrainerEvent) => void;
  readonly onLine: (stream: 'stdout' | 'stderr', text: string) => void;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A trainer process in a group of its own. */
export interface Child {
  readonly pid: number;
  /** Settles when the process has ended and its output is read. */
  readonly exit: Promise<Exit>;
  /** Moves the deadline; when it passes without another call the trainer ends by itself. */
  refresh(milliseconds: number): void;
  /** Asks for a checkpoint and exit 75. */
  stop(): void;
  /** Ends the whole group at once. */
  kill(): void;
}

const signalGroup = (child: ChildProcess, signal: NodeJS.Signals): void => {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // The group is gone already.
  }
};

const notStarted = (command: readonly string[], cause: Error): AblateError =>
  new AblateError(
    'TRAINER_NOT_STARTED',
    `The trainer "${command.join(' ')}" could not start: ${cause.message}.`,
    {
      path: 'ABLATE_TRAINER',
      value: command.join(' '),
      rule: 'A command that can be run.',
      fix: 'Correct ABLATE_TRAINER, or unset it.',
    },
    { cause },
  );

/** Starts a trainer: events and log lines on its output, the deadline pipe as descriptor 3. Throws TRAINER_NOT_STARTED. */
export async function startChild({ command, jobFile, env, onEvent, onLine }: ChildOptions): Promise<Child> {
  const [program, ...leading] = command;
  const child = spawn(program!, [...leading, jobFile], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...env, ABLATE_DEADLINE_FD: '3' },
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => reject(notStarted(command, cause)));
  });
  const deadline = child.stdio[3] as Writable;
  deadline.on('error', () => undefined);
  const output = createInterface({ input: child.stdout! });
  output.on('line', (line) => {
    const event = parseTrainerLine(line);
    if (event) onEvent(event);
    else onLine('stdout', line);
  });
  const errors = createInterface({ input: child.stderr! });
  errors.on('line', (line) => onLine('stderr', line));
  // What the trainer itself started must not outlive it, nor hold its output open.
  child.once('exit', () => signalGroup(child, 'SIGKILL'));
  const exit = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    pid: child.pid!,
    exit,
    refresh: (milliseconds) => void deadline.write(`${milliseconds}\n`),
    stop: () => void child.kill('SIGTERM'),
    kill: () => signalGroup(child, 'SIGKILL'),
  };
}
