import type { JobEnd, JobRow } from '../aurora/contract.ts';
import { outgrowsStandard, realUnits } from '../sheets/sizing.ts';
import { exportSheet, recalculate } from './work.ts';
import type { Receive, SheetRow, WorkPorts } from './ports.ts';
import { untilKnown } from './until-known.ts';

/** Rows of a sheet that a job reads. */
const rowsMax = 10_000;

/**
 * Works on one receive of a job. Resolves where this delivery has nothing more to do: its effect and end are in Aurora,
 * by this receive or another. Rejects where it is to be received again.
 */
export async function receive(received: Receive, ports: WorkPorts): Promise<void> {
  const { job: id, tenant, receives } = received;
  const { maxReceives, fence } = ports.policies();
  const found = await untilKnown(() => ports.aurora.read('job.receive', { tenant, id, fence }), ports);
  // A tenant that moved took its jobs along: its new home does them.
  if (found.kind === 'moved') return recordFenced(received, ports);
  if (found.kind !== 'ok') return;
  const { job } = found;
  const epoch = fence ? found.epoch : null;
  if (receives > maxReceives) {
    return deadLetter(received, epoch, `received ${maxReceives} times without an end`, ports);
  }
  // Deliveries come at least once: an older one of a job that has ended, or moved to the other queue, is not work.
  if (job.state !== 'open' || job.queue !== ports.queue) return recordAlready(received, job.state, ports);

  const context = { tenant, job: id, queue: ports.queue, attempt: receives };
  if (receives > 1) ports.events.record('job.redelivered', context);
  ports.events.record('job.started', context);
  ports.leases.start(id, receives, ports.policies().visibilityMs);
  try {
    await work(job, epoch, received, ports);
  } catch (error) {
    if (ports.ending()) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (receives >= maxReceives) return deadLetter(received, epoch, reason, ports);
    ports.leases.end(id, 'queued');
    throw error;
  }
}

async function work(job: JobRow, epoch: number | null, received: Receive, ports: WorkPorts): Promise<void> {
  const startedMs = ports.clock.monotonicMs();
  const { rows } = await untilKnown(
    () => ports.aurora.read('sheet.read', { tenant: job.tenant, sheet: job.sheet, limit: rowsMax }),
    ports,
  );
  const limits = { xlAbove: ports.xlAbove, xlQueue: ports.policies().xlQueue };
  if (outgrowsStandard(job, rows.length, limits)) return promote(job, epoch, rows, received, ports);

  const { computed, result } =
    job.kind === 'recalc' ? await recalculate(job, rows, ports) : await exportSheet(job, rows, ports);
  const finished = await untilKnown(
    () => ports.aurora.tx('job.finish', { id: job.id, epoch, computed, result, nowMs: ports.clock.nowMs() }),
    ports,
  );
  if (isRefused(finished)) return recordFenced(received, ports);
  const { tenant, id } = job;
  ports.events.record('job.done', {
    ...{ tenant, job: id, queue: ports.queue, attempt: received.receives },
    already: finished.kind !== 'ok',
    state: finished.kind === 'already' ? finished.state : 'done',
    dwellMs: received.dwellMs,
    workMs: Math.round(ports.clock.monotonicMs() - startedMs),
  });
  ports.leases.end(id, 'done');
}

async function promote(
  job: JobRow,
  epoch: number | null,
  rows: readonly SheetRow[],
  received: Receive,
  ports: WorkPorts,
): Promise<void> {
  const { id, tenant } = job;
  const units = realUnits(job.units, rows.length);
  const promoted = await untilKnown(() => ports.aurora.tx('job.promote', { id, epoch, units }), ports);
  if (isRefused(promoted)) return recordFenced(received, ports);
  ports.leases.end(id, 'queued');
  if (promoted.kind === 'ok') ports.events.record('job.promoted', { tenant, job: id, units });
}

/** Aurora first: a dead job without its entry in the queue gets it at the next receive, an entry of a living job never. */
async function deadLetter(received: Receive, epoch: number | null, reason: string, ports: WorkPorts): Promise<void> {
  const { job: id, tenant, receives } = received;
  const args = { id, epoch, reason, nowMs: ports.clock.nowMs() };
  const buried = await untilKnown(() => ports.aurora.tx('job.dead', args), ports);
  if (isRefused(buried)) return recordFenced(received, ports);
  const isDead = buried.kind === 'ok' || (buried.kind === 'already' && buried.state === 'dead');
  if (!isDead) return;
  if (buried.kind === 'ok') ports.events.record('job.dead', { tenant, job: id, attempts: receives, reason });
  ports.leases.end(id, 'dead');
  await ports.bury({ job: id, tenant, reason });
}

/** A job that was there when it was received, and is not, went with its tenant. */
function isRefused(end: JobEnd): boolean {
  return end.kind === 'moved' || end.kind === 'stale' || end.kind === 'no-tenant' || end.kind === 'no-job';
}

/** The tenant moved while its job was queued or worked on here: nothing of the work took effect. */
function recordFenced({ job, tenant, receives }: Receive, ports: WorkPorts): void {
  ports.events.record('job.fenced', { tenant, job, queue: ports.queue, attempt: receives });
  ports.leases.end(job, 'queued');
}

function recordAlready({ job, tenant, receives, dwellMs }: Receive, state: JobRow['state'], ports: WorkPorts): void {
  ports.events.record('job.done', {
    ...{ tenant, job, queue: ports.queue, attempt: receives, already: true },
    ...{ state, dwellMs, workMs: 0 },
  });
}
