import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { DigestMaker, type Digest } from '../../../sim/report/digest.ts';
import { recordedRun } from '../../support/recorded-run.ts';

const run = recordedRun();

function digestOf(events: readonly Event[]): Digest {
  const maker = new DigestMaker(run.plan);
  for (const event of events) maker.take(event);
  return maker.end();
}

const at = (ms: number, part: string, kind: string, fields: Readonly<Record<string, unknown>>): Event => ({
  v: 1,
  t: run.plan.judged.startT + ms * 1000,
  at: 0,
  seq: 1,
  life: part,
  part,
  kind,
  ...fields,
});

test('a fault has its four moments on the clock of the scenario', () => {
  expect(digestOf(run.events).faults).toEqual([
    {
      id: 'f1',
      what: 'kill',
      target: 'b',
      by: 'kill-one-cell',
      injectedMs: 10_000,
      seenMs: 10_030,
      healedMs: 18_000,
      goneMs: 18_400,
      seen: '8 of 8 processes gone',
    },
  ]);
});

test('a fault that was never seen gone has no end', () => {
  const events = run.events.filter(({ kind }) => kind !== 'fault.gone' && kind !== 'fault.healed');
  expect(digestOf(events).faults[0]).toMatchObject({ healedMs: null, goneMs: null });
});

test('every tenant is counted, who was hit and who was not', () => {
  const { tenants } = digestOf(run.events);
  expect(tenants).toHaveLength(12);
  expect(tenants.find(({ tenant }) => tenant === 't01')).toEqual({
    tenant: 't01',
    cell: 'a',
    answered: 58,
    refused: 0,
    unknown: 0,
    errors: 0,
    late: 0,
    firstErrorMs: null,
    quarantined: false,
  });
  expect(tenants.find(({ tenant }) => tenant === 't05')).toMatchObject({
    cell: 'b',
    errors: 17,
    refused: 16,
    unknown: 1,
    firstErrorMs: 10_060,
  });
});

test('a cell is down from the first router that says so until the last one takes it back', () => {
  const events = [
    at(1000, 'router/1', 'cell.state', { cell: 'b', health: 'down' }),
    at(1200, 'router/2', 'cell.state', { cell: 'b', health: 'down' }),
    at(3000, 'router/1', 'cell.state', { cell: 'b', health: 'serving' }),
    at(3500, 'router/2', 'cell.state', { cell: 'b', health: 'serving' }),
    at(9000, 'router/2', 'cell.state', { cell: 'c', health: 'down' }),
  ];
  expect(digestOf(events).down).toEqual([
    { cell: 'b', fromMs: 1000, toMs: 3500 },
    { cell: 'c', fromMs: 9000, toMs: null },
  ]);
});

test('what a world did while it grew is not shown', () => {
  const events = [
    at(-900, 'router/1', 'cell.state', { cell: 'a', health: 'down' }),
    at(-300, 'router/1', 'cell.state', { cell: 'a', health: 'serving' }),
    at(-200, 'supervisor', 'part.died', { address: 'a/web/1', by: 'outside' }),
    at(-100, 'router/1', 'request.answered', {
      request: 'r',
      tenant: 't01',
      cell: 'a',
      status: 503,
      outcome: 'refused',
      error: true,
      latencyMs: 1,
    }),
  ];
  const { down, marks, tenants } = digestOf(events);
  expect({ down, marks, errors: tenants.filter(({ errors }) => errors > 0) }).toEqual({
    down: [],
    marks: [],
    errors: [],
  });
});

test('a tenant in quarantine is refused alone, and that is no error', () => {
  const refusal = {
    request: 'r',
    tenant: 't01',
    cell: 'a',
    status: 403,
    outcome: 'refused',
    error: true,
    reason: 'quarantined',
    latencyMs: 1,
  };
  const { tenants } = digestOf([at(100, 'router/1', 'request.answered', refusal)]);
  expect(tenants[0]).toMatchObject({ tenant: 't01', quarantined: true, answered: 0, errors: 0 });
});

test('what happens to many parts at once is one line', () => {
  expect(digestOf(run.events).marks.map(({ text }) => text)).toEqual([
    '8 parts (b/alb, b/dynamodb, b/sqs, b/aurora/1, b/aurora/2, b/web/1, b/web/2, b/worker/1) died',
    '8 parts (b/alb, b/dynamodb, b/sqs, b/aurora/1, b/aurora/2, b/web/1, b/web/2, b/worker/1) replaced',
    'b/aurora/1 is the writer, generation 2',
  ]);
});
