import { Pool } from 'undici';
import { paced } from './pace.ts';

export interface MixedRun {
  readonly latenciesMs: readonly number[];
  readonly errors: number;
  readonly perSecond: number;
}

interface Planned {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly body: string | null;
}

/** The n-th request: 70 % reads, 24 % writes, 5 % jobs, 1 % XL jobs, in a fixed order of a hundred. */
function planned(n: number): Planned {
  const place = (n * 37) % 100;
  const row = `/sheets/s${n % 3}/rows/r${n % 20}`;
  if (place < 70) return { method: 'GET', path: row, body: null };
  if (place < 94) return { method: 'PUT', path: row, body: JSON.stringify({ value: { n } }) };
  const units = place < 99 ? 20 : 1500;
  return { method: 'POST', path: '/jobs', body: JSON.stringify({ kind: 'recalc', sheet: `s${n % 3}`, units }) };
}

const tenantOf = (n: number) => `t${String((n % 60) + 1).padStart(2, '0')}`;

/** Sends the mix at a fixed rate to the sixty tenants, whether or not earlier requests were answered; latency counts from the plan. */
export async function mixedLoad(url: string, perSecond: number, seconds: number): Promise<MixedRun> {
  const pool = new Pool(url, { connections: 128, pipelining: 1 });
  const latenciesMs: number[] = [];
  let errors = 0;
  const send = async (n: number, sinceMs: number) => {
    const { method, path, body } = planned(n);
    const headers: Record<string, string> = { 'x-tenant-id': tenantOf(n), 'idempotency-key': `bench-${sinceMs}-${n}` };
    if (body !== null) headers['content-type'] = 'application/json';
    try {
      const answer = await pool.request({ method, path, headers, body });
      await answer.body.dump();
      if (answer.statusCode >= 500 || answer.statusCode === 429) errors++;
      else latenciesMs.push(performance.now() - sinceMs);
    } catch {
      errors++;
    }
  };
  const startMs = performance.now();
  await paced(perSecond * seconds, perSecond, send);
  await pool.destroy();
  return { latenciesMs, errors, perSecond: latenciesMs.length / ((performance.now() - startMs) / 1000) };
}
