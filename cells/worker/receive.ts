import type { JobRow } from '../aurora/contract.ts';
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
  const { maxReceives } = ports.policies();
  if (receives > maxReceives) {
    return deadLetter(received, `received ${maxReceives} times without an end`, ports);
  }
  // Deliveries come at least once: an older one of a job that has ended, or moved to the other queue, is not work.
  const found = await untilKnown(() => ports.aurora.read('job.get', { tenant, epoch: null, id }), ports);
  if (found.kind !== 'ok') return;
  const { job } = found;
  if (job.state !== 'open' || job.queue !== ports.queue) return recordAlready(received, ports);

  const context = { tenant, job: id, queue: ports.queue, attempt: receives };
  if (receives > 1) ports.events.record('job.redelivered', context);
  ports.events.record('job.started', context);
  ports.leases.start(id, receives, ports.policies().visibilityMs);
  try {
    await work(job, received, ports);
  } catch (error) {
    if (ports.ending()) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (receives >= maxReceives) return deadLetter(received, reason, ports);
    ports.leases.end(id, 'queued');
    throw error;
  }
}

async function work(job: JobRow, received: Receive, ports: WorkPorts): Promise<void> {
  const startedMs = ports.clock.monotonicMs();
  const { rows } = await untilKnown(
    () => ports.aurora.read('sheet.read', { tenant: job.tenant, sheet: job.sheet, limit: rowsMax }),
    ports,
  );
  const limits = { xlAbove: ports.xlAbove, xlQueue: ports.policies().xlQueue };
  if (outgrowsStandard(job, rows.length, limits)) return promote(job, rows, ports);

  const { computed, result } =
    job.kind === 'recalc' ? await recalculate(job, rows, ports) : await exportSheet(job, rows, ports);
  const finished = await untilKnown(
    () => ports.aurora.tx('job.finish', { id: job.id, computed, result, nowMs: ports.clock.nowMs() }),
    ports,
  );
  const { tenant, id } = job;
  ports.events.record('job.done', {
    ...{ tenant, job: id, queue: ports.queue, attempt: received.receives },
    already: finished.kind !== 'ok',
    dwellMs: received.dwellMs,
    workMs: Math.round(ports.clock.monotonicMs() - startedMs),
  });
  ports.leases.end(id, 'done');
}

async function promote(job: JobRow, rows: readonly SheetRow[], ports: WorkPorts): Promise<void> {
  const { id, tenant } = job;
  const units = realUnits(job.units, rows.length);
  const promoted = await untilKnown(() => ports.aurora.tx('job.promote', { id, units }), ports);
  ports.leases.end(id, 'queued');
  if (promoted.kind === 'ok') ports.events.record('job.promoted', { tenant, job: id, units });
}

/** Aurora first: a dead job without its entry in the queue gets it at the next receive, an entry of a living job never. */
async function deadLetter(received: Receive, reason: string, ports: WorkPorts): Promise<void> {
  const { job: id, tenant, receives } = received;
  const buried = await untilKnown(() => ports.aurora.tx('job.dead', { id, reason, nowMs: ports.clock.nowMs() }), ports);
  const isDead = buried.kind === 'ok' || (buried.kind === 'already' && buried.state === 'dead');
  if (!isDead) return;
  if (buried.kind === 'ok') ports.events.record('job.dead', { tenant, job: id, attempts: receives, reason });
  ports.leases.end(id, 'dead');
  await ports.bury({ job: id, tenant, reason });
}

function recordAlready({ job, tenant, receives, dwellMs }: Receive, ports: WorkPorts): void {
  ports.events.record('job.done', {
    ...{ tenant, job, queue: ports.queue, attempt: receives, already: true },
    ...{ dwellMs, workMs: 0 },
  });
}
