import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../../sim/runs/contract.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { openBox } from './arena.ts';

let box: PetriBox;
let runs: string;

beforeAll(async () => {
  box = await openBox();
  runs = join(box.home, 'runs');
});
afterAll(() => box.close());

/** A scenario file of two small cells with these lines. */
function scenario(name: string, lines: string): string {
  const file = join(box.home, `${name}.yaml`);
  const world = 'world: {cells: 2, tenants: 10, cell: {web: 1}}\ntraffic: {rate: 40rps, mix: {read: 70%, write: 30%}}';
  writeFileSync(file, `petri: 1\nname: ${name}\nseed: 7\n${world}\n${lines}`);
  return file;
}

type Told = Verdict & { readonly path: string };

test('a cell is killed and comes back: the verdict holds, and the record says the same when it is judged again', async () => {
  const file = scenario(
    'kill',
    'timeline:\n  - {at: 1s, fault: kill, target: b, for: 2s}\n  - {after: {event: fault.gone}, set: {dispatch: lifo}}\n' +
      'run: 8s\nexpect: {blastRadius: 50%, errors: {outside: 0}, recoverWithin: 15s, invariants: all}\n',
  );
  const junit = join(box.home, 'junit.xml');
  const said = await box.run('run', file, '--record', runs, '--junit', junit, '--json');
  expect(said.err).toContain('petri kill b --for 2s');
  const told = JSON.parse(said.out) as Told;
  expect({ code: said.code, verdict: told.verdict, inconclusive: told.judgement.inconclusive }).toEqual({
    code: 0,
    verdict: 'held',
    inconclusive: [],
  });
  expect(told.judgement.facts.blastRadius).toMatchObject({ predictedRatio: 0.5, leaks: [] });
  expect(readdirSync(told.path).toSorted()).toEqual([
    'events.ndjson',
    'logs',
    'metrics.json',
    'petri.json',
    'plan.json',
    'scenario.yaml',
    'verdict.json',
    'world.yaml',
  ]);
  const plan = JSON.parse(readFileSync(join(told.path, 'plan.json'), 'utf8')) as { done: { command: string }[] };
  expect(plan.done.map(({ command }) => command)).toEqual(['petri kill b --for 2s', 'petri set dispatch lifo']);
  expect(readFileSync(junit, 'utf8')).toContain('<testcase classname="kill" name="blastRadius"/>');

  const packed = join(box.home, 'ticket.petri');
  expect((await box.run('pack', told.path, '-o', packed)).code).toBe(0);
  const again = await box.run('check', packed, '--json');
  expect(again.code).toBe(0);
  expect((JSON.parse(again.out) as Told).judgement).toEqual(told.judgement);
  // Nothing of the run's world is left.
  expect(readdirSync(join(box.home, 'petri'))).toEqual([]);
});

test('what is expected and was not so is a violation', async () => {
  const file = scenario(
    'strict',
    'timeline:\n  - {at: 1s, fault: kill, target: b, for: 2s}\nrun: 5s\nexpect: {errors: {all: 0}}\n',
  );
  const said = await box.run('run', file, '--record', runs);
  expect(said.code).toBe(1);
  expect(said.out).toMatch(/^VIOLATED/);
  expect(said.out).toMatch(/errors\.all +violated +at most 0/);
});

test('a run that is stopped proves nothing', async () => {
  const file = scenario(
    'stopped',
    'timeline:\n  - {at: 1s, fault: kill, target: b}\nstop: [b.health = down]\nrun: 30s\n',
  );
  const said = await box.run('run', file, '--record', runs, '--json');
  expect(said.code).toBe(2);
  expect((JSON.parse(said.out) as Told).judgement.inconclusive).toContainEqual({
    reason: 'it was stopped: b.health = down',
  });
  expect(readdirSync(join(box.home, 'petri'))).toEqual([]);
});

test('an interrupted run is rolled back, and its world is gone', async () => {
  const file = scenario('cut', 'timeline:\n  - {at: 1s, fault: kill, target: b}\nrun: 60s\n');
  const frontDoor = fileURLToPath(new URL('../../dist/petri.js', import.meta.url));
  const child = spawn(process.execPath, [frontDoor, 'run', file, '--record', join(box.home, 'cut')], { env: box.env });
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  const exited = new Promise((resolve) => child.on('exit', resolve));
  await eventually('the cell is killed', () => Promise.resolve(said.includes('petri kill b')));
  child.kill('SIGINT');
  expect(await exited).toBe(130);
  expect(readdirSync(join(box.home, 'petri'))).toEqual([]);
  const recorded = readdirSync(join(box.home, 'cut'));
  expect(recorded.every((name) => existsSync(join(box.home, 'cut', name, 'verdict.json')))).toBe(true);
});
