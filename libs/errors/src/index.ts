/** The one shape of an error, everywhere: a stable code, what was wrong, where, and what to do. */
export interface AblateErrorShape {
  /** Stable, upper snake case, e.g. `UNKNOWN_LEVEL`. */
  readonly code: string;
  /** One sentence for a person. */
  readonly message: string;
  /** Dotted path of the field, or the file. */
  readonly path: string | null;
  /** The offending value. */
  readonly value: unknown;
  /** What a value must satisfy. */
  readonly rule: string | null;
  /** What to do about it. */
  readonly fix: string | null;
}

export type AblateErrorDetails = Partial<Omit<AblateErrorShape, 'code' | 'message'>>;

/** A failure that a user can act on. Anything else that is thrown is a defect of ours. */
export class AblateError extends Error implements AblateErrorShape {
  readonly path: string | null;
  readonly value: unknown;
  readonly rule: string | null;
  readonly fix: string | null;

  constructor(
    readonly code: string,
    message: string,
    details: AblateErrorDetails = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'AblateError';
    this.path = details.path ?? null;
    this.value = details.value ?? null;
    this.rule = details.rule ?? null;
    this.fix = details.fix ?? null;
  }

  toJSON(): AblateErrorShape {
    const { code, message, path, value, rule, fix } = this;
    return { code, message, path, value, rule, fix };
  }

  static from(shape: AblateErrorShape): AblateError {
    return new AblateError(shape.code, shape.message, shape);
  }
}

/** Any thrown value in the one shape; what is not an AblateError becomes `INTERNAL`. */
export function toErrorShape(thrown: unknown): AblateErrorShape {
  if (thrown instanceof AblateError) return thrown.toJSON();
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return {
    code: 'INTERNAL',
    message,
    path: null,
    value: null,
    rule: null,
    fix: 'This is a defect: report it with the log.',
  };
}
