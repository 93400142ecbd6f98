import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { MetricsBuilder } from '../../../sim/runs/metrics.ts';

const map = {
  version: 1,
  tenants: {
    t1: { cell: 'a', epoch: 1, override: null },
    t2: { cell: 'b', epoch: 1, override: null },
  },
};
const startT = 1_000_000_000;
let seq = 0;
const event = (ms: number, part: string, kind: string, fields: object): Event => ({
  ...{ v: 1, t: startT + ms * 1000, at: 0, seq: ++seq, life: part, part, kind },
  ...fields,
});
const answer = (ms: number, tenant: string, cell: string, outcome: string, latencyMs = 5): Event =>
  event(ms, 'router/1', 'request.answered', {
    ...{ request: `r${seq}`, tenant, cell, status: outcome === 'ok' ? 200 : 503, outcome, error: outcome !== 'ok' },
    ...{ latencyMs, reason: null },
  });

test('counts by cell and second, and knows nothing of latency where nothing was answered', () => {
  const builder = new MetricsBuilder(map);
  builder.begin(startT);
  for (const each of [
    answer(-500, 't1', 'a', 'ok'),
    answer(100, 't1', 'a', 'ok', 10),
    answer(900, 't1', 'a', 'ok', 10),
    answer(1500, 't2', 'b', 'refused'),
    answer(1600, 't2', 'b', 'unknown'),
    event(-100, 'b/web/1', 'job.accepted', { job: 'j0' }),
    event(200, 'b/web/1', 'job.accepted', { job: 'j1' }),
    event(300, 'b/web/1', 'job.accepted', { job: 'j1', replayed: true }),
    event(1900, 'b/worker/1', 'job.done', { job: 'j0' }),
    event(2100, 'b/worker/1', 'job.dead', { job: 'j1' }),
    event(2200, 'b/worker/1', 'job.done', { job: 'j1', already: true }),
    event(2500, 'traffic', 'request.sent', { purpose: 'final' }),
    answer(2600, 't1', 'a', 'ok'),
  ])
    builder.take(each);
  const { everyMs, cells } = builder.end(startT + 2_700_000);
  expect(everyMs).toBe(1000);
  expect(cells).toEqual({
    a: {
      ok: [2, 0, 0],
      refused: [0, 0, 0],
      unknown: [0, 0, 0],
      latencyMsP50: [expect.closeTo(10, 0), null, null],
      latencyMsP99: [expect.closeTo(10, 0), null, null],
      jobsOpen: [0, 0, 0],
      tenantsHit: [0, 0, 0],
    },
    b: {
      ok: [0, 0, 0],
      refused: [0, 1, 0],
      unknown: [0, 1, 0],
      latencyMsP50: [null, null, null],
      latencyMsP99: [null, null, null],
      jobsOpen: [2, 1, 0],
      tenantsHit: [0, 1, 0],
    },
  });
});
