import { RpcError } from '../protocol/rpc-error.ts';
import type { CellResponse } from './exchange.ts';
import { problem } from './problem.ts';

/** Codes after which Aurora surely did nothing. */
const withoutEffect: ReadonlySet<string> = new Set(['not-sent', 'not-writer', 'not-current', 'failed', 'unwritable']);

/**
 * What a caller is told when a call to Aurora failed: 503 where surely nothing was done, 504 where the call ran into its
 * time, 502 where it was sent and its outcome is unknown. Anything but an {@link RpcError} is a bug and thrown on.
 */
export function auroraFailure(error: unknown, elapsedMs: number, timeoutMs: number): CellResponse {
  if (!(error instanceof RpcError)) throw error;
  if (withoutEffect.has(error.code)) return problem('unavailable', error.message);
  // A timer may fire a little before its time.
  if (error.code === 'unknown' && elapsedMs >= timeoutMs - 5) return problem('no-answer', error.message);
  return problem('outcome-unknown', error.message);
}
