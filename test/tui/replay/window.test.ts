import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { recordedRun, writeRun } from '../../support/recorded-run.ts';
import { bundleForNode, Terminal } from '../../support/terminal.ts';

let folder: string;
let program: string;
let terminal: Terminal;

// Outside node_modules' reach a bundle could not find what is left external, so it stands in the repository's own.
beforeAll(async () => {
  folder = mkdtempSync(join(import.meta.dirname, '../../../node_modules/.petri-replay-'));
  program = await bundleForNode('tui/main.ts', folder);
  writeRun(recordedRun(), join(folder, 'run'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => terminal.end());

function open(...words: readonly string[]): Terminal {
  terminal = new Terminal(process.execPath, [program, 'replay', join(folder, 'run'), ...words], {
    columns: 80,
    rows: 24,
  });
  return terminal;
}

test('it plays, pauses, and is scrubbed there and back: the same pictures', async () => {
  const screen = open('--at', '12s');
  await screen.untilText('CELL b IS DOWN');
  screen.type(' ');
  await screen.untilText('paused');
  screen.type('n');
  await screen.untilText('fault.healed');
  screen.type('\u001b[H');
  await screen.untilText('Next, at 0:10.0: petri kill b --for 8s');
  expect(screen.text).toContain('ALL 12 TENANTS ARE SERVED');
  screen.type('n');
  await screen.untilText('0:10.000');
  expect(screen.text).toContain('fault.injected');
  screen.type('\u001b[C');
  await screen.untilText('0:11.0');
  expect(screen.text).toContain('CELL b IS DOWN');
  screen.type('\u001b[D\u001b[D');
  await screen.untilText('0:09.0');
  expect(screen.text).toContain('ALL 12 TENANTS ARE SERVED');
});

test('a key that would hurt a live world does nothing here, and q leaves', async () => {
  const screen = open('--at', '2s');
  await screen.untilText('REPLAY');
  screen.type(' 2');
  await screen.untilText('[b]');
  screen.type('kpxl:');
  screen.type('n');
  await screen.untilText('fault.injected');
  expect(screen.text).not.toMatch(/is off|petri pause|: _/u);
  screen.type('q');
  await screen.until('it is left', () => screen.exitCode !== null);
  expect(screen.exitCode).toBe(0);
});
