import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, PetriBox } from '../support/petri-box.ts';
import { Terminal } from '../support/terminal.ts';

const petri = fileURLToPath(new URL('../../dist/petri.js', import.meta.url));
let box: PetriBox;
let home: string;
let terminal: Terminal | null = null;

beforeAll(() => {
  box = new PetriBox();
  home = mkdtempSync(join(tmpdir(), 'petri-virtual-'));
});
afterEach(() => {
  terminal?.end();
  terminal = null;
});
afterAll(async () => {
  await box.close();
  rmSync(home, { recursive: true, force: true });
});

test('a world in virtual time is grown, looked at, hurt, healed and ended by the same commands as a real one', async () => {
  const status = await box.up('--on', 'virtual', '--cells', '2');
  expect(status).toMatchObject({ on: 'virtual', name: 'virtual', mood: 'calm' });
  const killed = await box.json<{ state: string; seen: string }>('kill', 'b', '--for', '3s');
  expect(killed).toMatchObject({ state: 'open', seen: expect.stringMatching(/parts gone$/) });
  await eventually('cell b down', async () => (await box.status()).headline.startsWith('CELL b IS DOWN'));
  const route = await box.json<{ decision: { kind: string } }>('route', 't40');
  expect(route.decision.kind).toBe('refuse');
  await eventually('all served', async () => (await box.status()).headline.startsWith('ALL 40 TENANTS ARE SERVED'));
  const said = await box.run('events', '--kinds', 'fault.seen,fault.gone', '--json');
  expect(said.out).toContain('"fault.gone"');
  expect(await box.run('down', '--name', 'virtual')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/its seed begins it anew\n$/),
  });
});

test('the window has its clock: paused, stepped back, and lived anew from there', async () => {
  const words = [petri, '--on', 'virtual', '--name', 'clock'];
  const env = { XDG_STATE_HOME: home, HOME: home };
  const screen = new Terminal(process.execPath, words, { columns: 100, rows: 36, env });
  terminal = screen;
  await screen.untilText('ALL 60 TENANTS ARE SERVED', 30_000);
  await screen.untilText('1x playing');
  screen.type('2');
  await screen.untilText('[b]');
  screen.type('k');
  await screen.untilText('CELL b IS DOWN');
  screen.type(' ');
  await screen.untilText('paused');
  screen.type('\u001b[H');
  await screen.untilText('THE PAST');
  await screen.untilText('Next, at ');
  expect(screen.text).toContain('ALL 60 TENANTS ARE SERVED');
  screen.type('3');
  await screen.untilText('[c]');
  screen.type('k');
  await screen.untilText('CELL c IS DOWN');
  expect(screen.text).not.toContain('THE PAST');
  screen.type('q');
  await screen.untilText('y');
  screen.type('y');
  await screen.until('it is left', () => screen.exitCode !== null);
  expect(screen.exitCode).toBe(0);
});

test('the same seed is the same life in another process, and another seed another one', async () => {
  const lives: string[] = [];
  for (const [name, seed] of [
    ['one', '8'],
    ['two', '8'],
    ['three', '9'],
  ] as const) {
    await box.up('--on', 'virtual', '--name', name, '--seed', seed);
    const first = await eventually('two hundred events', async () => {
      const said = await box.run('events', '--name', name, '-n', '10000', '--json');
      const lines = said.out.split('\n');
      return lines.length > 200 && lines.slice(0, 200).join('\n');
    });
    lives.push(first);
    expect((await box.run('down', '--name', name)).code).toBe(0);
  }
  expect(lives[0] === lives[1]).toBe(true);
  expect(lives[0] === lives[2]).toBe(false);
});
