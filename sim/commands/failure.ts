/** What a command's end means to a script. */
export const exitCodes = { done: 0, violated: 1, unproven: 2, usage: 64, unavailable: 69, bug: 70 } as const;

export type FailureKind = 'unproven' | 'usage' | 'unavailable';

/** Something that the user or the environment can mend: printed as its sentence, never with a stack. */
export class Failure extends Error {
  override readonly name = 'Failure';
  readonly kind: FailureKind;

  /** `message`: what is wrong, where, and what to do. Several lines where there are several problems. */
  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** Ends a command because of how it was called. */
export function usage(message: string): never {
  throw new Failure('usage', message);
}

export function unavailable(message: string): never {
  throw new Failure('unavailable', message);
}
