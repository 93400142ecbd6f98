import { RpcError } from '../protocol/rpc-error.ts';

/** Outcomes of Aurora that another try can settle: not done, or not known whether done. */
const worthAnotherTry: ReadonlySet<string> = new Set([
  'not-sent',
  'not-writer',
  'not-current',
  'unwritable',
  'unknown',
  'fenced',
]);

const waitMsMax = 500;

export interface Retrying {
  readonly wait: (ms: number) => Promise<void>;
  readonly ending: () => boolean;
}

/**
 * Repeats a call until its outcome is known. Only for calls that change nothing the second time. An Aurora that is gone
 * delays a job and fails none; rejects with the last error once the task is ending, or where a try cannot help.
 */
export async function untilKnown<T>(call: () => Promise<T>, { wait, ending }: Retrying): Promise<T> {
  for (let waitMs = 25; ; waitMs = Math.min(waitMs * 2, waitMsMax)) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof RpcError) || !worthAnotherTry.has(error.code) || ending()) throw error;
    }
    await wait(waitMs);
  }
}
