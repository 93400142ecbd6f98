import { beforeEach, expect, test } from 'vitest';
import type { Answer } from '../../../sim/events/answer.ts';
import { BlastRadiusLedger } from '../../../sim/ledger/blast-radius.ts';
import type { Affected } from '../../../sim/ledger/dependency.ts';
import { estate, map, partsOf } from './estate.ts';

let ledger: BlastRadiusLedger;
beforeEach(() => {
  ledger = new BlastRadiusLedger(estate());
});

const unix = 1_700_000_000_000;

function took(id: string, addresses: readonly string[], sinceMs = 10_000, loss: Affected['loss'] = 'gone'): void {
  ledger.took({
    id,
    target: addresses[0]!.split('/')[0]!,
    affected: addresses.map((address) => ({ address, loss })),
    sinceMs,
    at: unix + sinceMs,
  });
}

function answered(tenant: string, sentMs: number, latencyMs: number, more: Partial<Answer> = {}): void {
  ledger.record({
    request: `${tenant}@${sentMs}`,
    tenant,
    cell: tenant[0]!,
    status: 200,
    outcome: 'ok',
    error: false,
    reason: null,
    latencyMs,
    sentMs,
    answeredMs: sentMs + latencyMs,
    at: unix + sentMs + latencyMs,
    ...more,
  });
}

const refusal = { status: 503, outcome: 'refused', error: true } as const;
const broken = { status: 502, outcome: 'unknown', error: true } as const;

test('a cell is killed: its tenants are hit, the silent one is not held against it', () => {
  answered('a1', 9000, 5);
  took('f1', partsOf('b'));
  answered('b1', 9990, 30, broken);
  ledger.cellState('b', 'down', 10_110);
  answered('b1', 11_000, 1, refusal);
  answered('a1', 11_000, 5);
  answered('c1', 12_000, 5);
  expect(ledger.read()).toEqual({
    fault: 'f1',
    targets: ['b'],
    predictedRatio: 0.3333,
    measuredRatio: 0.1667,
    predicted: ['b1', 'b2'],
    hit: ['b1'],
    silent: ['b2'],
    leaks: [],
    leakRequests: [],
    inFlight: [],
    inDoubt: 1,
    noticedAfterMs: 110,
    sinceMs: unix + 10_000,
    untilMs: null,
  });
});

test('a tenant that calls again only after its cell is back stays silent; one answered while it was lost does not', () => {
  took('f1', partsOf('b'));
  ledger.cellState('b', 'down', 10_110);
  answered('b1', 11_000, 5);
  ledger.cellState('b', 'serving', 15_000);
  answered('b2', 15_500, 5);
  expect(ledger.read()).toMatchObject({ hit: [], silent: ['b2'] });
});

test('a tenant that was answered while the parts of its cell still died, and never again, was silent', () => {
  took('f1', partsOf('b'));
  answered('b1', 10_600, 5);
  answered('b2', 10_600, 5);
  for (const address of partsOf('b')) ledger.died(address, 10_700);
  ledger.cellState('b', 'down', 10_800);
  answered('b1', 11_000, 1, refusal);
  expect(ledger.read()).toMatchObject({ hit: ['b1'], silent: ['b2'] });
  answered('b2', 11_000, 5);
  expect(ledger.read()).toMatchObject({ hit: ['b1'], silent: [] });
});

test('a leak is named with the request that shows it', () => {
  took('f1', partsOf('b'));
  answered('a1', 11_000, 3, refusal);
  answered('a1', 11_500, 3, refusal);
  expect(ledger.read()).toMatchObject({
    hit: ['a1'],
    leaks: ['a1'],
    leakRequests: [{ tenant: 'a1', request: 'a1@11000', status: 503, atMs: unix + 11_003 }],
  });
});

test('what is no error, no tenant, before the fault or after its end is not counted', () => {
  took('f1', partsOf('b'));
  answered('a1', 11_000, 3, { status: 404, outcome: 'refused' });
  answered('a2', 9000, 900, broken);
  answered('a2', 11_000, 1, { ...refusal, reason: 'tenant-quarantined' });
  answered('c1', 11_000, 1, { ...refusal, tenant: null });
  ledger.gone('f1');
  expect(ledger.targetsHealthy(20_000, unix + 20_000)).toBe(true);
  answered('c1', 20_001, 1, refusal);
  answered('b1', 19_000, 999, broken); // Written before the end, read after it.
  expect(ledger.read()).toMatchObject({ hit: ['b1'], leaks: [], untilMs: unix + 20_000 });
});

test('a death that is seen late counts what its victims saw already', () => {
  answered('b1', 9990, 20, broken);
  took('outside-1', partsOf('b'));
  expect(ledger.read()).toMatchObject({ fault: 'outside-1', hit: ['b1'], inDoubt: 1 });
});

test.each([
  ['gone', 250],
  ['silent', 2000],
] as const)(
  'one of two web tasks is %s: what it held within %i ms is attributed, later errors leak',
  (loss, graceMs) => {
    took('f1', ['b/web/1'], 10_000, loss);
    answered('b1', 9900, 4000, broken);
    answered('b2', 10_000 + graceMs, 4000, { ...broken, status: 504 });
    expect(ledger.read()).toMatchObject({ predicted: [], hit: ['b1', 'b2'], inFlight: ['b1', 'b2'], leaks: [] });
    answered('b2', 10_001 + graceMs, 10, broken);
    answered('a1', 9990, 30, broken); // No request of cell a was ever in its hands.
    expect(ledger.read()).toMatchObject({ inFlight: ['b1'], leaks: ['a1', 'b2'] });
  },
);

test('faults that overlap are one entry: its prediction only grows, and it closes with the last', () => {
  took('f1', ['b/web/1']);
  took('f2', ['b/web/2'], 12_000);
  expect(ledger.read()).toMatchObject({ fault: 'f1', predicted: ['b1', 'b2'] });
  took('f3', partsOf('c'), 13_000);
  answered('c1', 14_000, 1, refusal);
  ledger.gone('f3');
  ledger.gone('f1');
  expect(ledger.targetsHealthy(15_000, unix + 15_000)).toBe(false);
  ledger.gone('f2');
  expect(ledger.waitsForHealth).toBe(true);
  expect(ledger.targetsHealthy(16_000, unix + 16_000)).toBe(true);
  expect(ledger.open).toBe(false);
  expect(ledger.read()).toMatchObject({ fault: 'f1', predicted: ['b1', 'b2', 'c1', 'c2'], hit: ['c1'] });
  took('f4', ['map'], 20_000);
  expect(ledger.read()).toMatchObject({ fault: 'f4', predicted: [], hit: [], untilMs: null });
});

test('a tenant that is added to the cell while it is down is predicted too', () => {
  took('f1', partsOf('b'));
  const tenants = { ...map.tenants, b3: { cell: 'b', epoch: 1, override: null } };
  ledger.setEstate({ ...estate(), map: { version: 2, tenants } });
  answered('b3', 12_000, 1, refusal);
  expect(ledger.read()).toMatchObject({ predicted: ['b1', 'b2', 'b3'], hit: ['b3'], leaks: [] });
});

test('the promoted reader is not taken for the writer that died', () => {
  took('f1', ['b/aurora/2']);
  const parts = estate().parts.map((part) =>
    part.kind === 'aurora'
      ? { ...part, role: part.role === 'writer' ? ('reader' as const) : ('writer' as const) }
      : part,
  );
  ledger.setEstate({ map, parts });
  expect(ledger.read()).toMatchObject({ predicted: [] });
});

test('clients of a dead router that is one of two saw no answer, and that is attributed', () => {
  ledger = new BlastRadiusLedger(estate(2));
  took('f1', ['router/1']);
  answered('a1', 9990, 20, { status: 0, outcome: 'unknown', error: true });
  answered('c1', 11_000, 20, { status: 0, outcome: 'refused', error: true });
  expect(ledger.read()).toMatchObject({ hit: ['a1', 'c1'], inFlight: ['a1'], leaks: ['c1'] });
});

test('on a busy machine a part dies late: what it held until its death is attributed, whenever the death is learned', () => {
  took('f1', ['router/2']);
  const lost = { status: 0, outcome: 'unknown', error: true } as const;
  answered('a1', 10_400, 100, lost);
  expect(ledger.read()?.leaks).toEqual(['a1']);
  ledger.died('router/2', 10_450);
  answered('b1', 10_440, 70, lost);
  answered('c1', 10_900, 10, lost);
  expect(ledger.read()).toMatchObject({ leaks: ['c1'], inFlight: ['a1', 'b1'] });
});

/** A fault that is over, with the entry that it opened. */
function hurtUntil(healthyMs: number, addresses: readonly string[]): void {
  took('f1', addresses, 10_000, 'silent');
  ledger.gone('f1');
  expect(ledger.targetsHealthy(healthyMs, unix + healthyMs)).toBe(true);
}

test('what the faults before held may be answered under the next one, and is no leak of it', () => {
  hurtUntil(13_000, ['b/alb']);
  took('f2', ['a/alb'], 14_000, 'silent');
  answered('b1', 11_000, 5000, { status: 504, outcome: 'unknown', error: true });
  expect(ledger.read()).toMatchObject({ fault: 'f2', hit: ['b1'], leaks: [], inFlight: ['b1'] });
  answered('b2', 14_500, 5000, { status: 504, outcome: 'unknown', error: true });
  expect(ledger.read()?.leaks).toEqual(['b2']);
});

test('what waited in a router that was frozen is routed as it goes on, and is no leak of what is done then', () => {
  hurtUntil(13_000, ['router/1', 'b/alb']);
  took('f2', ['a/aurora/2'], 13_001, 'gone');
  answered('b1', 13_002, 1, refusal);
  expect(ledger.read()).toMatchObject({ fault: 'f2', hit: ['b1'], leaks: [], inFlight: ['b1'] });
  answered('b2', 13_400, 1, refusal);
  expect(ledger.read()?.leaks).toEqual(['b2']);
});
