import { describe, expect, test } from 'vitest';
import { chooseReaders, chooseWriter, type Instance } from '../../../cells/aurora-client/choose-instance.ts';
import type { JobRow } from '../../../cells/aurora/contract.ts';
import { defaultQuotas, readPolicies, readQuotas } from '../../../cells/dynamodb-client/cell-config.ts';
import { defaultCellPolicies } from '../../../cells/policies.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import { auroraFailure } from '../../../cells/web/aurora-failure.ts';
import type { Bucket } from '../../../cells/web/exchange.ts';
import { describeJob } from '../../../cells/web/jobs.ts';
import { quotaOf, takeToken } from '../../../cells/web/quota.ts';
import { missingJobs, rowsToDeliver } from '../../../cells/web/relay-plan.ts';

const job = (id: string, fields: Partial<JobRow> = {}): JobRow => ({
  ...{ id, tenant: 't01', kind: 'recalc', sheet: 's', units: 1, queue: 'standard' },
  ...{ state: 'open', result: null, acceptedAtMs: 1000, endedAtMs: null },
  ...fields,
});

describe('which Aurora instance', () => {
  const instance = (role: Instance['role'], generation: number, suspect = false): Instance => ({
    role,
    generation,
    suspect,
  });

  test('the writer of the newest generation', () => {
    expect(chooseWriter([instance('writer', 1), instance('writer', 2)])).toBe(1);
    expect(chooseWriter([instance('reader', 2), instance('starting', 2), instance(null, -1)])).toBeNull();
  });

  test('reads go to the writer first, to whoever answered last before a suspect, never to an older generation', () => {
    expect(chooseReaders([instance('reader', 1), instance('writer', 1)])).toEqual([1, 0]);
    expect(chooseReaders([instance('reader', 1), instance('writer', 1, true)])).toEqual([0, 1]);
    expect(chooseReaders([instance('writer', 1), instance('writer', 2)])).toEqual([1]);
    expect(chooseReaders([instance(null, -1), instance('starting', 3)])).toEqual([]);
  });
});

describe('quotas', () => {
  /** How many of `count` requests at an even rate are let through. */
  const served = (count: number, everyMs: number, rate: number) => {
    let bucket: Bucket | undefined;
    let ok = 0;
    for (let n = 0; n < count; n++) {
      const taken = takeToken(bucket, rate, n * everyMs);
      bucket = taken.bucket;
      if (taken.ok) ok++;
    }
    return ok;
  };

  test('within the rate nothing is refused, above it the rate is served', () => {
    expect(served(2000, 5, defaultQuotas.defaultRps)).toBe(2000);
    expect(served(1000, 10, 10)).toBe(20 + 99);
    expect(served(10, 10, 0)).toBe(0);
  });

  test("a tenant's own quota counts before the default, and no name reaches beyond the table", () => {
    const quotas = { defaultRps: 5, tenants: { t01: 0 } };
    expect([quotaOf(quotas, 't01'), quotaOf(quotas, 't02'), quotaOf(quotas, 'constructor')]).toEqual([0, 5, 5]);
  });
});

describe("the cell's config", () => {
  test('what is malformed or missing keeps its last value', () => {
    const last = { ...defaultCellPolicies, maxReceives: 7 };
    expect(readPolicies(null, last)).toEqual(last);
    expect(
      readPolicies({ visibilityMs: 'x', heartbeat: 1, maxReceives: 0, dispatch: 'random', fence: null }, last),
    ).toEqual(last);
    expect(readPolicies({ dispatch: 'lifo', fence: false }, last)).toEqual({ ...last, dispatch: 'lifo', fence: false });
    expect(readQuotas({ default: -1, tenants: { a: 1, b: 'x' } }, defaultQuotas)).toEqual({
      ...defaultQuotas,
      tenants: { a: 1 },
    });
  });
});

describe('outcomes', () => {
  test.each([
    ['not-sent', 0, 503],
    ['not-writer', 10, 503],
    ['not-current', 10, 503],
    ['unknown', 2000, 504],
    ['unknown', 20, 502],
    ['fenced', 20, 502],
    ['bug', 20, 502],
  ])('%s after %i ms is %i', (code, elapsedMs, status) => {
    expect(auroraFailure(new RpcError(code, 'said so'), elapsedMs, 2000).status).toBe(status);
  });

  test('a bug of ours is not taken for an outcome', () => {
    expect(() => auroraFailure(new TypeError('x'), 0, 2000)).toThrow(TypeError);
  });
});

test('a job runs while its lease does, and its end is the row alone', () => {
  const lease = { attempts: 2, leasedUntilMs: 500, state: 'running' };
  expect(describeJob(job('j'), lease, 499)).toEqual({ state: 'running', attempts: 2, result: null });
  expect(describeJob(job('j'), lease, 500)).toEqual({ state: 'queued', attempts: 2, result: null });
  expect(describeJob(job('j', { state: 'done', result: 1 }), lease, 0)).toEqual({
    state: 'done',
    attempts: 2,
    result: 1,
  });
  expect(describeJob(job('j'), null, 0)).toEqual({ state: 'queued', attempts: 0, result: null });
});

describe('what the relay does', () => {
  test('a task delivers its own at once, and the leader what nobody did', () => {
    const rows = ['mine', 'fresh', 'old'].map((id) => ({
      id: `${id}.1`,
      job: job(id, { acceptedAtMs: id === 'old' ? 0 : 1500 }),
    }));
    const ids = (isLeader: boolean) => rowsToDeliver(rows, new Set(['mine']), isLeader, 2000).map(({ id }) => id);
    expect(ids(false)).toEqual(['mine.1']);
    expect(ids(true)).toEqual(['mine.1', 'old.1']);
  });

  test('a job waits for no clock that was ahead when it was accepted', () => {
    const rows = [2900, 162_000].map((acceptedAtMs) => ({ id: String(acceptedAtMs), job: job('j', { acceptedAtMs }) }));
    expect(rowsToDeliver(rows, new Set(), true, 2000).map(({ id }) => id)).toEqual(['162000']);
  });

  test('a job is delivered again only after it was found nowhere twice', () => {
    const open = ['held', 'waits', 'lost', 'blinks'].map((id) => job(id));
    const waiting = [{ id: 'waits.2', job: job('waits') }];
    const first = missingJobs(open, waiting, ['held.1'], new Set());
    expect(first).toEqual({ missing: new Set(['lost', 'blinks']), again: [] });
    expect(missingJobs(open, waiting, ['held.1', 'blinks.3'], first.missing).again).toEqual(['lost']);
  });
});
