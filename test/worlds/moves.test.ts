import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MoveResult } from '../../sim/pilot/contract.ts';
import type { TenantStatus } from '../../sim/state/status.ts';
import { doubleEffects, isError, lostWrites, unendedJobs } from '../prove/checks.ts';
import { ForeignClient } from '../prove/foreign-client.ts';
import { openArena, pause, type Arena } from '../prove/kill-cell.ts';
import { kindsOfHurt, moveUnderFire } from '../prove/moves.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox, thorough } from './arena.ts';

/** TARGETS says 500 ms; a test on a shared machine asserts three times that. */
const blockedMsMax = 3 * 500;

let box: PetriBox;
let arena: Arena;

beforeAll(async () => {
  box = await openBox();
  arena = await openArena(box);
});
afterAll(() => box.close());

const tenants = () => box.json<TenantStatus[]>('tenants');
const homeOf = async (id: string) => (await tenants()).find((tenant) => tenant.id === id);
const stateOf = async (cell: string) => (await box.status()).cells.find(({ id }) => id === cell)!;

test('a tenant moves under load: its rows, keys and jobs are there, and nobody else notices', async () => {
  const client = new ForeignClient({ url: arena.url, tenants: ['t21', 't22', 't01'], rps: 150 });
  client.start();
  await pause(1000);
  const there = await box.json<MoveResult>('move', 't21', 'c');
  expect(there).toMatchObject({ outcome: 'moved', tenant: 't21', from: 'b', to: 'c', epoch: 2 });
  expect(there.blockedMs).toBeLessThan(blockedMsMax);
  await pause(500);
  expect(await box.json<MoveResult>('move', 't21', 'a')).toMatchObject({ outcome: 'moved', from: 'c', epoch: 3 });
  await pause(500);
  await client.stop();
  expect(await homeOf('t21')).toMatchObject({ cell: 'a', epoch: 3, override: null });
  const errors = client.attempts.filter(isError);
  expect(errors.filter(({ tenant }) => tenant !== 't21')).toEqual([]);
  for (const { status, headers } of errors) expect([status, headers['retry-after']]).toEqual([503, '1']);
  expect(client.attempts.filter(({ status }) => status === 421)).toEqual([]);
  expect(await lostWrites(client)).toEqual([]);
  expect(await unendedJobs(client, 20_000)).toEqual([]);
  expect(doubleEffects(box.eventsFolder)).toEqual([]);
  client.close();
});

describe('what may not move', () => {
  test.each([
    [['move', 't99', 'c'], 64, 'there is no tenant t99'],
    [['move', 't01', 'd'], 64, 'there is no part or cell "d"'],
  ])('petri %s', async (words, code, sentence) => {
    const said = await box.run(...words);
    expect(said.code).toBe(code);
    expect(said.err).toContain(sentence);
  });

  test('a pinned tenant stays, unless it is pinned somewhere else', async () => {
    await box.run('pin', 't23');
    expect((await box.run('move', 't23', 'c')).err).toContain('t23 is pinned to cell b: petri pin t23 c moves it');
    expect((await box.run('pin', 't23', 'c')).out).toContain('t23 moved from cell b to cell c, epoch 2');
    expect(await homeOf('t23')).toMatchObject({ cell: 'c', override: 'pinned' });
  });

  test('a tenant of a cell whose Aurora is gone stays where it is, and is not refused for long', async () => {
    await box.run('kill', 'b/aurora', '--for', '20s');
    const said = await box.run('move', 't24', 'c');
    expect(said.code).toBe(69);
    expect(said.err).toContain('t24 stays in');
    expect(await homeOf('t24')).toMatchObject({ cell: 'b', epoch: 1, override: null });
    await box.run('heal', '--all');
    await eventually('b serves', async () => (await stateOf('b')).health === 'serving');
  });
});

test('a cell is drained one by one but for the pinned, evacuated of everybody, and opened again', async () => {
  await box.run('pin', 't25');
  const drained = await box.run('drain', 'b');
  expect(drained.out).toContain('pinned there: t25');
  expect(await stateOf('b')).toMatchObject({ state: 'draining', tenants: 1 });
  expect((await box.json<TenantStatus>('tenant', 'add', 'newcomer')).cell).not.toBe('b');
  expect((await box.run('evacuate', 'c')).err).toContain(
    'at most 34% of 3 cells may be emptied at once, and b already is',
  );
  await box.json('evacuate', 'b');
  expect(await stateOf('b')).toMatchObject({ state: 'evacuated', tenants: 0 });
  expect(await homeOf('t25')).toMatchObject({ override: 'pinned' });
  expect((await box.run('move', 't01', 'b')).err).toContain('cell b is evacuated: petri evacuate b --off');
  await box.json('evacuate', 'b', '--off');
  expect(await stateOf('b')).toMatchObject({ state: 'active' });
  expect((await box.run('move', 't01', 'b')).code).toBe(0);
});

test('a full cell takes nobody more, unless nobody checks', async () => {
  for (let full = false, index = 0; !full; index++)
    full = (await box.run('tenant', 'add', `more-${index}`, '--cell', 'a')).code !== 0;
  const refused = await box.run('move', 't41', 'a');
  expect(refused).toMatchObject({ code: 64 });
  expect(refused.err).toContain(
    'cell a has 40 of at most 40 tenants, so t41 has no place there; petri set admission off',
  );
  await box.run('set', 'admission', 'off');
  expect((await box.run('move', 't41', 'a')).code).toBe(0);
  expect(await stateOf('a')).toMatchObject({ tenants: 41 });
});

const rounds = thorough ? kindsOfHurt : 1;

test(`whatever is hurt while a tenant moves, it ends in one home with everything (${rounds} of ${kindsOfHurt})`, async () => {
  for (let round = 0; round < rounds; round++) {
    expect((await moveUnderFire(arena, round, (round * 0.31) % 1)).problems).toEqual([]);
  }
}, 240_000);
