import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PolicyRow } from '../../sim/supervisor/contract.ts';
import type { Status, TenantStatus } from '../../sim/state/status.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox } from './arena.ts';

let box: PetriBox;
let url: string;

beforeAll(async () => {
  box = await openBox();
  url = (await box.up('--traffic', 'off')).router.url;
});
afterAll(() => box.close());

async function put(tenant: string, value: unknown): Promise<number> {
  const headers = { 'x-tenant-id': tenant, 'content-type': 'application/json' };
  const path = `${url}/sheets/plane/rows/r1`;
  return (await fetch(path, { method: 'PUT', headers, body: JSON.stringify({ value }) })).status;
}

describe('traffic goes on without the map and without control', () => {
  test.each(['map', 'control'])('%s killed', async (part) => {
    expect((await box.run('kill', part)).code).toBe(0);
    expect(await Promise.all(['t01', 't21', 't41'].map((tenant) => put(tenant, part)))).toEqual([200, 200, 200]);
    const refused = await box.run('tenant', 'add', `late-${part}`);
    expect(refused).toMatchObject({ code: 69, out: '' });
    expect(refused.err).toContain(part);
    expect(refused.err.trim().split('\n')).toHaveLength(1);
    expect((await box.run('restart', part)).code).toBe(0);
    const added = await eventually('the tenant is placed', async () => {
      const said = await box.run('tenant', 'add', `late-${part}`, '--json');
      return said.code === 0 ? (JSON.parse(said.out) as TenantStatus) : null;
    });
    await eventually('the new tenant is served', async () => (await put(added.id, 'first')) === 200);
  });

  test('nothing is replaced while control is dead, and everything once it is back', async () => {
    await box.run('kill', 'control');
    await box.run('kill', 'a/worker/1');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(stateOf(await box.status(), 'a/worker/1')).toBe('dead');
    await box.run('restart', 'control');
    await eventually('the worker is replaced', async () => stateOf(await box.status(), 'a/worker/1') === 'running');
  });
});

test('a corrupt map is refused by default, and taken where nobody checks', async () => {
  const good = (await box.status()).router.mapVersion;
  const refused = await box.run('fault', 'map-corrupt', 'router/1', '--for', '1s');
  expect(refused.out).toContain('refused it');
  expect((await box.status()).router.mapVersion).toBe(good);
  expect(await put('t01', 'after the corrupt map')).toBe(200);
  await eventually('the fault is gone', async () => (await box.status()).faults.every(({ state }) => state === 'gone'));

  await box.json<PolicyRow>('set', 'mapValidate', 'off');
  const taken = await box.run('fault', 'map-corrupt', 'router/1', '--for', '5s');
  expect(taken.out).toContain('took it');
  await eventually('t01 is refused', async () => (await put('t01', 'by a corrupt map')) === 503);
  await box.run('heal', '--all');
  await eventually('t01 is served again', async () => (await put('t01', 'healed')) === 200);
  await box.json<PolicyRow>('set', 'mapValidate', 'on');
});

test('a tenant is quarantined alone, held, and let go', async () => {
  expect(await put('t02', 1)).toBe(200);
  await box.run('quarantine', 't02');
  await eventually('t02 is refused', async () => (await put('t02', 2)) === 503);
  expect(await put('t03', 2)).toBe(200);
  const quarantined = (await box.json<TenantStatus[]>('tenants')).find(({ id }) => id === 't02');
  expect(quarantined).toMatchObject({ override: 'quarantined', state: 'quarantined' });
});

function stateOf(status: Status, address: string): string | undefined {
  return status.cells.flatMap(({ components }) => components).find((part) => part.address === address)?.state;
}
