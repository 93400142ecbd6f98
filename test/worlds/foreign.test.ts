import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { foreignFaults, openForeign, playForeign, type ForeignArena } from '../prove/foreign.ts';
import { eventually, PetriBox } from '../support/petri-box.ts';
import { sampled } from './arena.ts';

const boxes: PetriBox[] = [];
const arenas = new Map<string, Promise<ForeignArena>>();
afterAll(async () => {
  for (const box of boxes) await box.close();
});

/** One world of each serves every test of this file, in turn. */
function open(world: 'notes' | 'shop'): Promise<ForeignArena> {
  const there = arenas.get(world);
  if (there) return there;
  const box = new PetriBox();
  boxes.push(box);
  const arena = openForeign(box, world);
  arenas.set(world, arena);
  return arena;
}

test('notes: routed to, killed, partitioned, restarted, judged', async () => {
  const arena = await open('notes');
  const answer = await fetch(`${arena.url}/notes/hello/there`, {
    method: 'PUT',
    body: 'hi',
    headers: { 'x-tenant-id': arena.tenants[0] ?? '' },
  });
  expect(answer.status).toBe(204);
  expect(answer.headers.get('x-cell-id')).toBe('a');
  expect(answer.headers.get('x-cell-epoch')).toBe('1');
  for (const fault of sampled(foreignFaults.notes, 3))
    expect({ fault, ...(await playForeign(arena, fault)) }).toMatchObject({ problems: [] });
});

test('shop: its database and its worker are targets like any part', async () => {
  const arena = await open('shop');
  for (const fault of sampled(foreignFaults.shop, 5))
    expect({ fault, ...(await playForeign(arena, fault)) }).toMatchObject({ problems: [] });
  const refused = await arena.box.run('redrive', 'b', '--name', 'shop');
  expect(refused.code).toBe(64);
});

test('a service gets a clean environment, and is gone with its supervisor', async () => {
  const { box } = await open('shop');
  const status = await box.json<{
    supervisor: { pid: number };
    cells: { components: { pid: number; address: string }[] }[];
  }>('status', '--name', 'shop');
  const pids = status.cells.flatMap(({ components }) => components.map(({ pid }) => pid));
  const database = status.cells[1]?.components.find(({ address }) => address === 'b/db');
  if (process.platform === 'linux' && database) {
    const environment = readFileSync(join('/proc', String(database.pid), 'environ'), 'utf8').split('\0');
    const names = environment.flatMap((each) => (each === '' ? [] : [each.split('=')[0]])).toSorted();
    expect(names).toEqual(expect.arrayContaining(['DATA', 'HOST', 'PATH', 'PETRI_PART', 'PORT']));
    expect(names).not.toContain('XDG_STATE_HOME');
  }
  process.kill(status.supervisor.pid, 'SIGKILL');
  const lives = (pid: number) => {
    try {
      process.kill(pid, 0);
      return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
      return false;
    }
  };
  await eventually('every part is gone', async () => !pids.some(lives), 15_000);
});
