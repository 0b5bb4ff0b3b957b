// A trainer that does as its script says: `node scripted-trainer.mjs SCRIPTS JOB` reads SCRIPTS/<stageKey>.json.
// Its arithmetic is a chain of hashes, so that a lost or doubled step shows in the result.
import { createHash } from 'node:crypto';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

const [scripts, jobFile] = process.argv.slice(2);
const job = JSON.parse(readFileSync(jobFile, 'utf8'));
const script = JSON.parse(readFileSync(join(scripts, `${job.stageKey}.json`), 'utf8'));
const attempt = Number(job.outputDir.split('-').at(-1));
const { steps = 10, every = 3, acts = [] } = script;

const emit = (event) => process.stdout.write(`${JSON.stringify({ v: 1, ...event })}\n`);
const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const fileOf = (name, text) => {
  const path = join(job.outputDir, name);
  writeFileSync(path, text);
  return { name, path, sha256: sha256(text), bytes: Buffer.byteLength(text) };
};
const leave = (name, text = '') => writeFileSync(join(scripts, name), text);

let stopping = false;
process.on('SIGTERM', () => {
  leave(`${job.stageKey}.term`);
  stopping = true;
});
if (process.env.ABLATE_DEADLINE_FD) {
  let timer;
  const end = (why) => {
    leave(`${job.stageKey}.ended`, why);
    process.exit(75);
  };
  const lines = createInterface({ input: new Socket({ fd: 3, readable: true, writable: false }) });
  lines.on('line', (line) => {
    clearTimeout(timer);
    timer = setTimeout(() => end('deadline'), Number(line));
  });
  lines.on('close', () => end('pipe'));
}
leave(`${job.stageKey}.pid`, String(process.pid));

let step = 0;
let state = sha256('start');
if (job.resumeFrom) ({ step, state } = JSON.parse(readFileSync(join(job.resumeFrom, 'state.json'), 'utf8')));
console.log(job.resumeFrom ? `resumed at ${step}` : 'started');

function checkpoint() {
  const folder = join(job.outputDir, `step-${step}`);
  mkdirSync(`${folder}.tmp`, { recursive: true });
  writeFileSync(join(`${folder}.tmp`, 'state.json'), JSON.stringify({ step, state }));
  if (!existsSync(folder)) renameSync(`${folder}.tmp`, folder);
  emit({ type: 'checkpoint', step, path: folder });
}

const acting = {
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  exit: ({ code }) => process.exit(code),
  error: ({ error }) => {
    emit({ type: 'error', error });
    process.exit(1);
  },
  hang: () => new Promise(() => undefined),
  /** Goes on when the test leaves a file. */
  wait: async ({ name }) => {
    leave(`${job.stageKey}.waits`);
    while (!existsSync(join(scripts, name)) && !stopping) await sleep(10);
  },
  deaf: () => process.removeAllListeners('SIGTERM').on('SIGTERM', () => leave(`${job.stageKey}.term`)),
  print: ({ text }) => process.stdout.write(text),
  complain: ({ text }) => process.stderr.write(text),
  /** Starts a process that would outlive it and holds its output. */
  breed: () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    leave(`${job.stageKey}.bred`, String(child.pid));
  },
};

emit({ type: 'progress', step, totalSteps: steps });
while (step < steps) {
  for (const act of acts.filter((one) => one.at === step && (one.attempt ?? attempt) === attempt)) {
    await acting[act.do](act);
  }
  if (stopping) {
    checkpoint();
    process.exit(75);
  }
  step += 1;
  state = sha256(`${state} ${step}`);
  const loss = parseInt(state.slice(0, 8), 16) / 2 ** 32;
  emit({ type: 'metrics', points: [{ name: 'loss', step, value: loss }] });
  emit({ type: 'telemetry', step, values: { seconds: 0.001 } });
  emit({ type: 'progress', step, totalSteps: steps });
  if (step % every === 0 && step < steps) checkpoint();
}
const files = [fileOf('model.safetensors', state)];
if (script.predictions)
  files.push(fileOf('predictions.jsonl', script.predictions.map((line) => JSON.stringify(line)).join('\n')));
emit({
  type: 'done',
  files: script.lie ? files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) : files,
});
leave(`${job.stageKey}.finished`);
process.stdout.write('', () => process.exit(script.exit ?? 0));
