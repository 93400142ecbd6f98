import type { JobQueue, JobState, Transactions } from '../aurora/contract.ts';
import { refusalOf } from './fence.ts';
import { findReplay, keepAnswer, requestHash } from './idempotency.ts';
import { noSpan, type Store, type StoredJob } from './store.ts';

type Of<Name extends keyof Transactions> = Transactions[Name];

/** The job and its first delivery are written together; an id that is there already is the same submission once more. */
export function submitJob(store: Store, args: Of<'job.submit'>['args']): Of<'job.submit'>['result'] {
  const { tenant, id, kind, sheet, units, queue, key } = args;
  const refusal = refusalOf(store, tenant, args.epoch);
  if (refusal) return refusal;

  // Neither id nor queue is part of the content: each try brings an id of its own, and `xlQueue` may have changed between two.
  const contentHash = key === null ? '' : requestHash('job.submit', kind, sheet, units, args.bodyHash);
  const replay = findReplay<{ id: string; queue: JobQueue }>(store, tenant, key, contentHash);
  if (replay.kind === 'other') return { kind: 'key-mismatch' };
  if (replay.kind === 'same') return { kind: 'ok', ...replay.answer, replayed: true };

  const there = store.job(id);
  if (there) {
    return there.tenant === tenant ? { kind: 'ok', id, queue: there.queue, replayed: true } : { kind: 'key-mismatch' };
  }
  deliver(store, {
    ...{ id, tenant, kind, sheet, units, queue },
    ...{ state: 'open', result: null, acceptedAtMs: args.nowMs, endedAtMs: null, deliveries: 0 },
  });
  keepAnswer(store, tenant, key, contentHash, { id, queue });
  return { kind: 'ok', id, queue, replayed: false };
}

export function finishJob(store: Store, args: Of<'job.finish'>['args']): Of<'job.finish'>['result'] {
  const job = store.job(args.id);
  if (!job) return { kind: 'no-job' };
  if (job.state !== 'open') return { kind: 'already', state: job.state };
  const refusal = refusalOf(store, job.tenant, args.epoch);
  if (refusal) return refusal;
  for (const { row, computed } of args.computed ?? []) {
    const stored = store.row(job.tenant, job.sheet, row);
    if (stored) store.putRow(job.tenant, job.sheet, { ...stored, computedJson: JSON.stringify(computed ?? null) });
  }
  store.putJob({ ...job, state: 'done', result: args.result ?? null, endedAtMs: args.nowMs });
  return { kind: 'ok' };
}

export function deadLetterJob(store: Store, args: Of<'job.dead'>['args']): Of<'job.dead'>['result'] {
  const job = store.job(args.id);
  if (!job) return { kind: 'no-job' };
  if (job.state !== 'open') return { kind: 'already', state: job.state };
  const refusal = refusalOf(store, job.tenant, args.epoch);
  if (refusal) return refusal;
  store.putJob({ ...job, state: 'dead', result: { reason: args.reason }, endedAtMs: args.nowMs });
  return { kind: 'ok' };
}

export function promoteJob(store: Store, args: Of<'job.promote'>['args']): Of<'job.promote'>['result'] {
  const job = store.job(args.id);
  if (!job) return { kind: 'no-job' };
  if (job.state !== 'open' || job.queue === 'xl') return { kind: 'already', state: job.state };
  const refusal = refusalOf(store, job.tenant, args.epoch);
  if (refusal) return refusal;
  deliver(store, { ...job, queue: 'xl', units: args.units });
  return { kind: 'ok' };
}

export function redriveJobs(store: Store, args: Of<'job.redrive'>['args']): Of<'job.redrive'>['result'] {
  const dead = args.ids === null ? store.jobs('dead', noSpan, null) : jobsIn(store, args.ids, 'dead');
  for (const job of dead) deliver(store, { ...job, state: 'open', result: null, endedAtMs: null });
  return { kind: 'ok', count: dead.length };
}

export function markDelivered(store: Store, args: Of<'outbox.delivered'>['args']): Of<'outbox.delivered'>['result'] {
  for (const id of args.ids) store.removeOutbox(id);
  return { kind: 'ok' };
}

export function refillOutbox(store: Store): Of<'outbox.refill'>['result'] {
  const open = store.jobs('open', noSpan, null);
  const waiting = new Set(store.outbox(Number.MAX_SAFE_INTEGER).map(({ job }) => job.id));
  for (const job of open) deliver(store, job);
  return { kind: 'ok', count: open.length, lost: open.filter(({ id }) => !waiting.has(id)).length };
}

export function deliverAgain(store: Store, args: Of<'outbox.again'>['args']): Of<'outbox.again'>['result'] {
  const open = jobsIn(store, args.jobs, 'open');
  for (const job of open) deliver(store, job);
  return { kind: 'ok', count: open.length };
}

/**
 * A new delivery gets a new id even where one still waits: a relay that handed the old one to an engine that then came back empty
 * must not, by marking the old id, take away the new one.
 */
export function deliver(store: Store, job: StoredJob): void {
  const deliveries = job.deliveries + 1;
  store.putJob({ ...job, deliveries });
  store.putOutbox(`${job.id}.${deliveries}`, job.id);
}

function jobsIn(store: Store, ids: readonly string[], state: JobState): StoredJob[] {
  const unique = [...new Set(ids)];
  const found = unique.flatMap((id) => store.job(id) ?? []);
  return found.filter((job) => job.state === state && store.tenant(job.tenant)?.residence === 'home');
}
