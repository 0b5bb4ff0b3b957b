import { readFile } from 'node:fs/promises';
import type { ProducedFile, TrainerEvent } from '@ablate/catalogue';
import { AblateError, toErrorShape, type AblateErrorShape } from '@ablate/errors';
import type { Logger, Settings } from '@ablate/runtime';
import type { Answer, ArtifactStore, PlaygroundRepository, QuestionLease } from '@ablate/storage';
import { startChild, type Child, type Exit } from '../child.js';
import { patiently } from '../patiently.js';

export interface QuestionDeps {
  readonly playground: PlaygroundRepository;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
  /** Command of the answerer without the job file. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly timing: Pick<Settings['timing'], 'leaseMs' | 'renewMs' | 'hangMs'>;
}

type Verdict = 'lease-lost' | 'hung' | 'stopping';

const LINES = 20;

/** Supervises one question from its lease to its answer: keeps the lease, runs the child, records how it ended. */
export class QuestionRunner {
  private child: Child | null = null;
  private verdict: Verdict | null = null;
  private failure: AblateErrorShape | null = null;
  private files: readonly ProducedFile[] = [];
  private readonly lines: string[] = [];

  constructor(
    private readonly lease: QuestionLease,
    private readonly deps: QuestionDeps,
  ) {}

  /** Ends the child; the question is given back and another worker answers. */
  stop(): void {
    this.end('stopping');
  }

  /** Runs the job file that `prepare` writes into its folder, and records the outcome. Never throws. */
  async run(prepare: (folder: string) => Promise<string>): Promise<void> {
    const { artifacts, timing, logger } = this.deps;
    const { id, attempt } = this.lease.question;
    const folder = `${id}-${attempt}`;
    const renewal = setInterval(() => void this.renew(), timing.renewMs);
    const hang = setTimeout(() => this.end('hung'), timing.hangMs);
    try {
      const exit = await this.supervise(async () => prepare(await artifacts.makeAttemptDir(folder)));
      if (this.verdict !== 'lease-lost') await this.record(await this.judge(exit));
    } catch (error) {
      // The lease runs out, and the question is asked again.
      logger.error({ error: toErrorShape(error), question: id }, 'an answer could not be recorded');
    } finally {
      clearInterval(renewal);
      clearTimeout(hang);
      await artifacts.removeAttempt(folder).catch(() => undefined);
    }
  }

  private async supervise(prepare: () => Promise<string>): Promise<Exit | null> {
    const { command, env, timing } = this.deps;
    try {
      const jobFile = await prepare();
      if (this.verdict !== null) return null;
      this.child = await startChild({
        command,
        jobFile,
        env,
        onEvent: (event) => this.handle(event),
        onLine: (_stream, text) => {
          this.lines.push(text);
          if (this.lines.length > LINES) this.lines.shift();
        },
      });
      this.child.refresh(timing.leaseMs);
      if (this.verdict !== null) this.child.kill();
      return await this.child.exit;
    } catch (error) {
      this.failure = toErrorShape(error);
      return null;
    }
  }

  private handle(event: TrainerEvent): void {
    if (event.type === 'error') this.failure = event.error;
    if (event.type === 'done') this.files = event.files;
  }

  /** Keeps the lease; only then the child's deadline moves. */
  private async renew(): Promise<void> {
    const { playground, timing, logger } = this.deps;
    try {
      if (!(await playground.renew(this.lease, timing.leaseMs))) this.end('lease-lost');
      else this.child?.refresh(timing.leaseMs);
    } catch (error) {
      logger.warn(
        { error: toErrorShape(error), question: this.lease.question.id },
        'the lease could not be renewed',
      );
    }
  }

  private end(verdict: Verdict): void {
    this.verdict ??= verdict;
    this.child?.kill();
  }

  private async judge(exit: Exit | null): Promise<Answer> {
    const [file] = this.files;
    if (file && exit?.code === 0) return { state: 'done', answer: await readFile(file.path, 'utf8') };
    if (this.verdict === 'stopping') return { state: 'released' };
    return { state: 'failed', error: this.failure ?? this.unexplained(exit) };
  }

  private unexplained(exit: Exit | null): AblateErrorShape {
    const details = {
      path: this.lease.question.id,
      value: this.lines.at(-1) ?? exit?.signal ?? exit?.code ?? null,
    };
    if (this.verdict === 'hung')
      return new AblateError(
        'ANSWERER_HUNG',
        `There was no answer after ${this.deps.timing.hangMs / 1000} s.`,
        {
          ...details,
          rule: 'An answer comes before ABLATE_HANG_MS have passed.',
          fix: 'Ask for fewer tokens, or raise ABLATE_HANG_MS.',
        },
      ).toJSON();
    return new AblateError(
      'ANSWERER_ENDED',
      `The process that answers ended with ${exit?.signal ?? exit?.code}.`,
      {
        ...details,
        rule: 'It ends with an answer, or with an error that says why.',
        fix:
          exit?.signal === 'SIGKILL' ? 'Was the machine out of memory? Ask again.' : 'See the worker’s log.',
      },
    ).toJSON();
  }

  private async record(ending: Answer): Promise<void> {
    const { playground, timing, logger } = this.deps;
    const { id } = this.lease.question;
    const kept = await patiently(() => playground.finish(this.lease, ending), timing.leaseMs);
    logger.info(
      { question: id, outcome: kept ? ending.state : 'given away', lines: this.lines },
      'question ended',
    );
  }
}
