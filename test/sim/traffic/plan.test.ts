import { expect, test } from 'vitest';
import { draw } from '../../../sim/traffic/draw.ts';
import { gapMs, planRequest, TenantLaw, tenantOf } from '../../../sim/traffic/plan.ts';

const tenants = Array.from({ length: 60 }, (_, n) => `t${String(n + 1).padStart(2, '0')}`);
const mix = { read: 0.7, write: 0.24, job: 0.05, xl: 0.01 };
const base = { seed: 7, life: 'x', xlAbove: 1000 };

function planOf(seed: number, count: number) {
  const law = new TenantLaw(seed, tenants, 0.9);
  return Array.from({ length: count }, (_, n) => {
    const tenant = tenantOf(seed, law, n)!;
    return { gap: gapMs(seed, n, 200), ...planRequest({ ...base, seed }, mix, tenant, n) };
  });
}

test('the same seed plans the same requests, another seed others', () => {
  expect(planOf(7, 500)).toEqual(planOf(7, 500));
  expect(planOf(8, 500)).not.toEqual(planOf(7, 500));
});

test('draws are even, and one purpose says nothing of another', () => {
  const count = 20_000;
  const buckets = new Array<number>(10).fill(0);
  let together = 0;
  for (let n = 0; n < count; n++) {
    const one = draw(7, 'op', 't01', n);
    buckets[Math.floor(one * 10)]!++;
    together += (one - 0.5) * (draw(7, 'row', 't01', n) - 0.5);
  }
  for (const bucket of buckets) expect(Math.abs(bucket / count - 0.1)).toBeLessThan(0.01);
  expect(Math.abs(together / count)).toBeLessThan(0.003);
});

test('arrivals are Poisson at the asked rate', () => {
  const gaps = Array.from({ length: 20_000 }, (_, n) => gapMs(7, n, 200));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(mean / 5).toBeCloseTo(1, 1);
  expect(Math.sqrt(variance) / mean).toBeCloseTo(1, 1);
});

test('tenants follow the law: even without skew, a few send most with it', () => {
  const shares = (skew: number) => {
    const law = new TenantLaw(7, tenants, skew);
    const counts = new Map<string, number>();
    for (let n = 0; n < 20_000; n++) {
      const tenant = tenantOf(7, law, n)!;
      counts.set(tenant, (counts.get(tenant) ?? 0) + 1);
    }
    return [...counts.values()].sort((a, b) => b - a).map((count) => count / 20_000);
  };
  expect(shares(0)[0]! / shares(0).at(-1)!).toBeLessThan(1.6);
  const heavy = shares(1);
  expect(heavy).toHaveLength(60);
  expect(heavy[0]).toBeCloseTo(0.214, 1);
  expect(heavy.slice(0, 5).reduce((sum, share) => sum + share)).toBeGreaterThan(0.42);
});

test('no tenants, no request', () => {
  expect(new TenantLaw(7, [], 1).at(0.5)).toBeNull();
});

test('the mix is met, and every write and job can be told from every other', () => {
  const plan = planOf(7, 10_000);
  const share = (op: string) => plan.filter((request) => request.op === op).length / plan.length;
  expect(share('read')).toBeCloseTo(0.7, 1);
  expect(share('write')).toBeCloseTo(0.24, 1);
  expect(share('job')).toBeCloseTo(0.05, 1);
  expect(share('xl')).toBeGreaterThan(0.005);
  const keys = plan.flatMap(({ key }) => key ?? []);
  expect(new Set(keys).size).toBe(keys.length);
  const bodies = plan.filter(({ op }) => op === 'write').map(({ body }) => body);
  expect(new Set(bodies).size).toBe(bodies.length);
  const unitsOf = (wanted: string) => plan.filter(({ op }) => op === wanted).map(({ args }) => Number(args['units']));
  expect(Math.min(...unitsOf('job'))).toBeGreaterThanOrEqual(1);
  expect(Math.max(...unitsOf('job'))).toBeLessThanOrEqual(1000);
  expect(Math.min(...unitsOf('xl'))).toBeGreaterThan(1000);
  const paths = new Set(
    plan.map(({ method, path }) => (method === 'POST' ? path : path.replace(/[12]\/rows\/r\d+$/, ''))),
  );
  expect([...paths].sort()).toEqual(['/jobs', '/sheets/s']);
});
