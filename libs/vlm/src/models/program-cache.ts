import type { Executor, Graph, Program } from '@ablate/tensor';

/** Compiled programs of one model on one executor, by key. A key names all else that its graph depends on: purpose and shapes. */
export class ProgramCache {
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(private readonly executor: Executor) {}

  get(key: string, build: () => Graph): Promise<Program> {
    const known = this.programs.get(key);
    if (known) return known;
    const compiled = this.executor.compile(build());
    this.programs.set(key, compiled);
    return compiled;
  }

  async dispose(): Promise<void> {
    for (const program of this.programs.values()) await (await program).dispose();
    this.programs.clear();
  }
}
