import { SubstrateError, type SubstrateErrorCode } from '../substrate-error.ts';

/** The longest that an engine may take for one call, in milliseconds. A busy one that creates thirty containers takes seconds. */
const answersWithinMs = 30_000;

/** The engine said no, or said nothing. `status` is its HTTP status, null where there was no answer. */
export class EngineError extends SubstrateError {
  readonly status: number | null;

  constructor(code: SubstrateErrorCode, message: string, status: number | null) {
    super(code, message);
    this.status = status;
  }
}

/** Waits for one call to the engine. `what` completes "the Docker engine could not …". Rejects with an EngineError. */
export async function ask<T>(what: string, call: Promise<T>, withinMs: number = answersWithinMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const sentence = `the Docker engine has not answered for ${withinMs / 1000} s (it was to ${what}): look whether it hangs with docker ps`;
    timer = setTimeout(() => reject(new EngineError('unavailable', sentence, null)), withinMs);
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    throw translated(what, error);
  } finally {
    clearTimeout(timer);
  }
}

/** As `ask`, where some of the engine's refusals mean that all is as it should be. Null for those. */
export async function askUnless<T>(statuses: readonly number[], what: string, call: Promise<T>): Promise<T | null> {
  try {
    return await ask(what, call);
  } catch (error) {
    if (error instanceof EngineError && error.status !== null && statuses.includes(error.status)) return null;
    throw error;
  }
}

function translated(what: string, error: unknown): EngineError {
  if (error instanceof EngineError) return error;
  const { statusCode, json, message, code } = error as Error & {
    readonly statusCode?: number;
    readonly json?: { readonly message?: string };
    readonly code?: string;
  };
  if (statusCode !== undefined) {
    return new EngineError('refused', `the Docker engine could not ${what}: ${json?.message ?? message}`, statusCode);
  }
  const why = code === 'EACCES' ? 'this user may not talk to it (join the group docker)' : `${message}; start it`;
  return new EngineError('unavailable', `the Docker engine does not answer (it was to ${what}): ${why}`, null);
}
