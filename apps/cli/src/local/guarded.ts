/**
 * Runs the module named by the first argument, and asks this process to end when standard input closes: then the process
 * that started it is gone. `node guarded.js MAIN`.
 */
const [, , main] = process.argv;
if (main === undefined) throw new Error('guarded.js needs the module to run.');
const GRACE_MS = 60_000;

process.stdin.once('close', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), GRACE_MS).unref();
});
process.stdin.resume();
process.stdin.unref();
await import(main);
