import type { JobQueue } from '../aurora/contract.ts';

/** Units that a recalculation really costs for each row of its sheet. */
export const unitsPerRow = 10;

/** Which queue a job of this size goes to. `xlQueue` false (a policy): everything shares the standard one. */
export function queueFor(units: number, xlAbove: number, xlQueue: boolean): JobQueue {
  return xlQueue && units > xlAbove ? 'xl' : 'standard';
}

/** What a recalculation really costs: what it said, or what its sheet asks for, whichever is more. */
export function realUnits(units: number, rows: number): number {
  return Math.max(units, rows * unitsPerRow);
}

/** True for a job on the standard queue that turned out to be above `xlAbove` once its sheet was seen. */
export function outgrowsStandard(
  job: { readonly queue: JobQueue; readonly units: number },
  rows: number,
  limits: { readonly xlAbove: number; readonly xlQueue: boolean },
): boolean {
  return job.queue === 'standard' && queueFor(realUnits(job.units, rows), limits.xlAbove, limits.xlQueue) === 'xl';
}
