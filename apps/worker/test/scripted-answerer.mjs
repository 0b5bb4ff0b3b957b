// Answers as its question says: `say TEXT`, `fail`, `die`, `wait`. Ends when its supervisor is gone, as the built-in answerer does.
import { readFileSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';

const emit = (event) => process.stdout.write(`${JSON.stringify({ v: 1, ...event })}\n`);
const { question, outputDir, pidFile } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
new Socket({ fd: 3, readable: true, writable: false }).on('close', () => process.exit(1)).resume();
const [act, ...words] = question.split(' ');
writeFileSync(pidFile, String(process.pid));
if (act === 'say') {
  const path = join(outputDir, 'answer.txt');
  writeFileSync(path, words.join(' '));
  emit({ type: 'done', files: [{ name: 'answer.txt', path, sha256: '0'.repeat(64), bytes: 1 }] });
  process.exitCode = 0;
  process.stdout.write('', () => process.exit());
} else if (act === 'fail') {
  const error = {
    code: 'BAD_IMAGE',
    message: 'No picture.',
    path: 'image',
    value: null,
    rule: 'A picture.',
    fix: 'Send one.',
  };
  emit({ type: 'error', error });
  process.stdout.write('', () => process.exit(1));
} else if (act === 'die') {
  console.error('out of paper');
  process.exit(3);
} else setInterval(() => undefined, 1000);
