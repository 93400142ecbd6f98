import type { JobRow } from '../aurora/contract.ts';
import { advanceRecalculation, beginRecalculation, recalculationEnded } from '../sheets/recalculation.ts';
import { realUnits } from '../sheets/sizing.ts';
import type { SheetRow, WorkPorts } from './ports.ts';

/** Units of one slice: a few milliseconds of CPU, so that locks are renewed and other jobs have their turn. */
const unitsOfSlice = 1000;

/** What `job.finish` writes. */
export interface Worked {
  readonly computed: readonly { readonly row: string; readonly computed: unknown }[] | null;
  readonly result: unknown;
}

export async function recalculate(job: JobRow, rows: readonly SheetRow[], ports: WorkPorts): Promise<Worked> {
  const units = realUnits(job.units, rows.length);
  let work = beginRecalculation(rows, units);
  await withLease(job.id, ports, async (renew) => {
    while (!recalculationEnded(work)) {
      work = advanceRecalculation(work, unitsOfSlice, ports.roundsPerUnit);
      renew();
      await ports.yieldTurn();
    }
  });
  return { computed: work.computed, result: { rows: rows.length, units } };
}

/** An export costs its units too: it formats and checks the whole sheet before it writes. */
export async function exportSheet(job: JobRow, rows: readonly SheetRow[], ports: WorkPorts): Promise<Worked> {
  let work = beginRecalculation([], job.units);
  const exported = await withLease(job.id, ports, async (renew) => {
    while (!recalculationEnded(work)) {
      work = advanceRecalculation(work, unitsOfSlice, ports.roundsPerUnit);
      renew();
      await ports.yieldTurn();
    }
    return { cell: ports.cell, ...(await ports.writeExport(job.tenant, job.id, rows)) };
  });
  ports.leases.exported(job.id, exported);
  return { computed: null, result: exported };
}

/** Keeps the job's lease ahead of the clock while it is worked on, where the policy says so. */
async function withLease<T>(job: string, ports: WorkPorts, run: (renew: () => void) => Promise<T>): Promise<T> {
  let renewedMs = ports.clock.monotonicMs();
  return run(() => {
    const { heartbeat, visibilityMs } = ports.policies();
    const nowMs = ports.clock.monotonicMs();
    if (!heartbeat || nowMs - renewedMs < visibilityMs / 2) return;
    renewedMs = nowMs;
    ports.leases.renew(job, visibilityMs);
  });
}
