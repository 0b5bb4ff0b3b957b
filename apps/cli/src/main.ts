import { runCommand } from './program.js';

// A reader that has seen enough (`ablate runs x | head`) is no error.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
const code = await runCommand(process.argv.slice(2), process.stdout, process.stderr);
// Ends when what was written has left; idle connections to the server would keep the process for seconds.
process.stdout.write('', () => process.exit(code));
