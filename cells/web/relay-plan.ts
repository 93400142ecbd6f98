import type { JobRow, OutboxRow } from '../aurora/contract.ts';

/** A row that waits for longer was accepted by a task that died, or belongs to a job of before: the leader delivers it. */
export const orphanedAfterMs = 1000;

/**
 * Which rows a task delivers now: those it accepted itself, and the orphans where it leads. `nowMs` is Unix time. What seems to
 * come from the future was accepted by a task whose clock is ahead: it waits for nobody's clock.
 */
export function rowsToDeliver(
  rows: readonly OutboxRow[],
  accepted: ReadonlySet<string>,
  isLeader: boolean,
  nowMs: number,
): readonly OutboxRow[] {
  const isOrphan = ({ acceptedAtMs }: JobRow) => Math.abs(nowMs - acceptedAtMs) > orphanedAfterMs;
  return rows.filter(({ job }) => accepted.has(job.id) || (isLeader && isOrphan(job)));
}

/** Entries of the dead-letter queue whose jobs are dead here no more: redriven by somebody who died over it, or moved with their tenant. */
export function staleLetters(entries: readonly string[], dead: readonly JobRow[]): readonly string[] {
  const there = new Set(dead.map(({ id }) => id));
  return entries.filter((entry) => !there.has(entry));
}

/** The job of a delivery: `<job>.<n>` without its number. */
export function jobOfOutbox(outbox: string): string {
  return outbox.slice(0, outbox.lastIndexOf('.'));
}

/**
 * Open jobs that the engine holds in no state and nobody is about to deliver. A job is only called missing when it was
 * so twice: between two lists of the engine, or between its effect and its end there, it is nowhere for a moment.
 */
export function missingJobs(
  open: readonly JobRow[],
  waiting: readonly OutboxRow[],
  held: readonly string[],
  before: ReadonlySet<string>,
): { readonly missing: ReadonlySet<string>; readonly again: readonly string[] } {
  const known = new Set([...held.map(jobOfOutbox), ...waiting.map(({ job }) => job.id)]);
  const missing = new Set(open.map(({ id }) => id).filter((id) => !known.has(id)));
  return { missing, again: [...missing].filter((id) => before.has(id)) };
}
