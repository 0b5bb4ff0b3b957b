import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A process of ours that runs beside the command. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Settles with how it ended. */
  readonly ended: Promise<string>;
  /** SIGTERM, then after `graceMs` SIGKILL to its whole group. Waits for the end. */
  stop(graceMs: number): Promise<void>;
}

const guard = fileURLToPath(new URL('./guarded.js', import.meta.url));

const kill = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended already.
  }
};

async function stopChild(child: ChildProcess, ended: Promise<string>, graceMs: number): Promise<void> {
  if (child.pid === undefined) return;
  const { pid } = child;
  kill(pid, 'SIGTERM');
  const timer = setTimeout(() => kill(-pid, 'SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
  // What it left in its group has no one to report to.
  kill(-pid, 'SIGKILL');
}

/**
 * Starts a built module as a process group of its own, so that Ctrl-C in a terminal reaches only the command, which stops its
 * services in order. The service ends by itself when the command is killed.
 */
export async function startService(
  name: string,
  main: string,
  environment: NodeJS.ProcessEnv,
  logFile: string,
): Promise<Service> {
  const log = await open(logFile, 'a');
  const child = spawn(process.execPath, [guard, main], {
    env: environment,
    detached: true,
    stdio: ['pipe', log.fd, log.fd],
  });
  const ended = new Promise<string>((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('exit', (code, signal) => settle(signal ?? `exit ${code}`));
  });
  await log.close();
  return { name, pid: child.pid ?? -1, logFile, ended, stop: (graceMs) => stopChild(child, ended, graceMs) };
}

/** The last lines of a service's log, for an error. */
export async function logTail(service: Service, lines = 12): Promise<string> {
  const text = await readFile(service.logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
