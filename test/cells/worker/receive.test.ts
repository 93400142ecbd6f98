import { expect, test } from 'vitest';
import type { JobRow } from '../../../cells/aurora/contract.ts';
import { defaultCellPolicies } from '../../../cells/policies.ts';
import { receive } from '../../../cells/worker/receive.ts';
import type { WorkPorts } from '../../../cells/worker/ports.ts';

const open: JobRow = {
  ...{ id: 'j', tenant: 't01', kind: 'recalc', sheet: 's', units: 1, queue: 'standard' },
  ...{ state: 'open', result: null, acceptedAtMs: 0, endedAtMs: null },
};

/** What one receive of an open job records, where the end of the job is answered so. */
async function recorded(end: object): Promise<readonly string[]> {
  const kinds: string[] = [];
  const ports: WorkPorts = {
    ...{ cell: 'a', queue: 'standard', xlAbove: 1000, roundsPerUnit: 1 },
    policies: () => defaultCellPolicies,
    aurora: {
      tx: () => Promise.resolve(end as never),
      read: (name) =>
        Promise.resolve((name === 'job.receive' ? { kind: 'ok', job: open, epoch: 1 } : { rows: [] }) as never),
    },
    leases: {
      start: () => {},
      renew: () => {},
      end: (_job, state) => kinds.push(`lease ${state}`),
      exported: () => {},
    },
    events: { record: (kind) => kinds.push(kind) },
    clock: { nowMs: () => 0, monotonicMs: () => 0 },
    yieldTurn: () => Promise.resolve(),
    wait: () => Promise.resolve(),
    ending: () => false,
    writeExport: () => Promise.reject(new Error('it exports nothing')),
    bury: () => Promise.resolve(),
  };
  await receive({ job: 'j', tenant: 't01', receives: 1, dwellMs: 0 }, ports);
  return kinds;
}

test('a job is told as done where its end was committed, by this receive or another', async () => {
  expect(await recorded({ kind: 'ok' })).toEqual(['job.started', 'job.done', 'lease done']);
  expect(await recorded({ kind: 'already', state: 'done' })).toEqual(['job.started', 'job.done', 'lease done']);
});

test.each(['moved', 'no-job'])('a job that left with its tenant meanwhile (%s) is not', async (kind) => {
  expect(await recorded({ kind })).toEqual(['job.started', 'job.fenced', 'lease queued']);
});
