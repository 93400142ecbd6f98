import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { PetriBox } from '../../support/petri-box.ts';

// On a machine that does much else, a schedule takes a second.
vi.setConfig({ testTimeout: 120_000 });

let box: PetriBox;
let folder: string;

beforeAll(() => {
  box = new PetriBox();
  folder = mkdtempSync(join(tmpdir(), 'petri-search-'));
});

afterAll(async () => {
  await box.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A router that takes any map that it is handed is hit by a corrupt one, and so is everyone. */
const unchecked = `petri: 1
name: unchecked-map
world: {cells: 2, tenants: 4, policies: {mapValidate: 'off'}}
traffic: {rate: 10rps}
timeline:
  - {at: 5s, fault: map-corrupt, target: router/1, for: 5s}
run: 20s
`;

test('finds nothing in correct code, and says what it has seen', async () => {
  const said = await box.run('search', '--seeds', '12', '--jobs', '2', '--json');
  const { coverage, ...searched } = JSON.parse(said.out) as { coverage: Record<string, number> };
  expect(said.code).toBe(0);
  expect(searched).toMatchObject({
    found: false,
    schedules: 12,
    seed: null,
    scenario: null,
    faults: null,
    tenants: null,
  });
  expect(coverage['two faults were open at once']).toBeGreaterThan(3);
  expect(coverage['a move was flipped']).toBeGreaterThan(1);
});

test('finds what a policy lets happen, shrinks it, and writes a file that fails every time', async () => {
  const base = join(folder, 'unchecked.yaml');
  const found = join(folder, 'found.yaml');
  writeFileSync(base, unchecked);
  const said = await box.run('search', base, '--seeds', '20', '--violates', 'blast-radius', '-o', found, '--json');
  expect(said.code).toBe(1);
  expect(JSON.parse(said.out)).toMatchObject({
    found: true,
    schedules: 1,
    seed: 1,
    scenario: found,
    faults: 1,
    invariant: 'blast-radius',
  });
  expect(readFileSync(found, 'utf8')).toContain('fault: map-corrupt, target: router/1');
  for (let time = 0; time < 2; time++) {
    const run = await box.run('run', found, '--on', 'virtual', '--record', folder, '--json');
    expect(run.code).toBe(1);
    expect(JSON.parse(run.out)).toMatchObject({ verdict: 'violated' });
  }
});

test('says what is wrong with what was asked, and where', async () => {
  expect(await box.run('search', '--violates', 'no-lost-writes')).toMatchObject({
    code: 64,
    err: expect.stringContaining('did you mean no-lost-write?'),
  });
  expect(await box.run('search', '--seed', '4294967295', '--seeds', '2')).toMatchObject({
    code: 64,
    err: expect.stringContaining('go past the last seed, 4294967295'),
  });
  expect(await box.run('search', '--seeds', '0')).toMatchObject({ code: 64 });
  expect(await box.run('search', join(folder, 'no-such.yaml'))).toMatchObject({ code: 64 });
});
