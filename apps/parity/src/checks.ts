import type { TensorData } from '@ablate/tensor';

export interface Tolerance {
  readonly abs: number;
  readonly rel: number;
}

/** One comparison that did not hold. */
export interface Failure {
  /** Tensor or value, e.g. `hidden_states.3`. */
  readonly what: string;
  readonly problem: string;
}

/** Failures kept of a case; the rest is only counted. */
const KEPT = 5;

/**
 * Compares what a case expects, one quantity after the other. An error is in units of its tolerance: at most 1 passes. A quantity
 * that was not computed, has another size or is no number fails.
 */
export class Checks {
  compared = 0;
  failed = 0;
  worst = 0;
  worstOf = '';
  readonly failures: Failure[] = [];
  /** What is reported and not graded. */
  readonly remarks: string[] = [];

  /** Every element within abs + rel |expected|. */
  close(what: string, actual: TensorData | undefined, expected: TensorData, tolerance: Tolerance): void {
    if (!actual) return this.fail(what, 'was not computed');
    if (actual.data.length !== expected.data.length) {
      return this.fail(what, `has shape [${actual.shape.join(', ')}], not [${expected.shape.join(', ')}]`);
    }
    let [worst, at] = [0, 0];
    expected.data.forEach((wanted, i) => {
      const error = errorOf(actual.data[i]!, wanted, tolerance);
      if (error > worst) [worst, at] = [error, i];
    });
    this.error(what, worst, () => `element ${at} is ${actual.data[at]}, expected ${expected.data[at]}`);
  }

  /** Every tensor of `expected` by its name. */
  allClose(
    actual: Readonly<Record<string, TensorData>>,
    expected: Readonly<Record<string, TensorData>>,
    tolerance: Tolerance,
  ): void {
    for (const [name, wanted] of Object.entries(expected)) this.close(name, actual[name], wanted, tolerance);
  }

  /** One number within abs + rel |expected|. */
  number(what: string, actual: number, expected: number, tolerance: Tolerance): void {
    this.error(what, errorOf(actual, expected, tolerance), () => `is ${actual}, expected ${expected}`);
  }

  /** The same value, compared as JSON. */
  same(what: string, actual: unknown, expected: unknown): void {
    const [got, wanted] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (got === wanted) this.error(what, 0, () => '');
    else this.fail(what, `is ${shortened(got, wanted)}`);
  }

  /** An error that the caller measured, in units of its tolerance. */
  error(what: string, error: number, problem: () => string): void {
    if (Number.isNaN(error) || error > 1) this.fail(what, problem(), error);
    else {
      this.compared += 1;
      this.note(what, error);
    }
  }

  /** Something worth knowing that does not count. */
  remark(text: string): void {
    this.remarks.push(text);
  }

  /** A comparison that does not hold. */
  fail(what: string, problem: string, error = Infinity): void {
    this.compared += 1;
    this.failed += 1;
    this.note(what, Number.isNaN(error) ? Infinity : error);
    if (this.failures.length < KEPT) this.failures.push({ what, problem });
  }

  private note(what: string, error: number): void {
    if (error < this.worst || (error === this.worst && this.worstOf !== '')) return;
    [this.worst, this.worstOf] = [error, what];
  }
}

const errorOf = (actual: number, expected: number, { abs, rel }: Tolerance): number => {
  if (actual === expected || Object.is(actual, expected)) return 0;
  const error = Math.abs(actual - expected) / (abs + rel * Math.abs(expected));
  return Number.isNaN(error) ? Infinity : error;
};

/** Both values around the place where they part. */
function shortened(got = 'undefined', wanted = 'undefined'): string {
  let at = 0;
  while (at < got.length && got[at] === wanted[at]) at += 1;
  const around = (text: string): string =>
    `${at > 30 ? '...' : ''}${text.slice(Math.max(0, at - 30), at + 60)}${text.length > at + 60 ? '...' : ''}`;
  return `${around(got)}, expected ${around(wanted)}`;
}
