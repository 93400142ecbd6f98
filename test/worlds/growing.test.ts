import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { markedParts } from '../../sim/supervisor/orphans.ts';
import { readLedger } from '../../sim/supervisor/ledger.ts';
import { runPetri, temporaryStateHome } from '../support/petri.ts';

const stateHome = temporaryStateHome();
const file = join(stateHome, 'tiny.yaml');
writeFileSync(file, 'petri: 1\nname: tiny\ncells: 1\ntenants: 3\ncell: {web: 1}\ntraffic: {rate: 5rps}\n');
const petri = (line: string) => runPetri(line.split(' '), stateHome);
afterAll(async () => {
  await petri('down --all');
  rmSync(stateHome, { recursive: true, force: true });
});

test('of two that grow the same world at once one grows it and the other joins; both say that it serves', async () => {
  const line = `up ${file} --detach`;
  const runs = await Promise.all([petri(line), petri(line)]);
  expect(runs.map((run) => run.exitCode)).toEqual([0, 0]);
  expect(new Set(runs.map((run) => run.stdout.split(':')[0]))).toEqual(new Set(['grown', 'joined']));
  expect(await petri('request t01 GET /sheets/s9/rows/r9 --json')).toMatchObject({ exitCode: 0 });
  expect(await petri(`up --name tiny --cells 2 --detach`)).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining('the world tiny is up and it differs in cells'),
  });
  expect(await petri('down')).toMatchObject({ exitCode: 0 });
  expect(await petri('up --name tiny --cells 2 --detach')).toMatchObject({
    exitCode: 64,
    stderr: expect.stringContaining('the volumes of the world tiny hold 1 cells and 3 tenants'),
  });
});

test('a port that was asked for and is taken ends it with a sentence, and nothing is left', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  expect(await petri(`up --name tiny --port ${port} --detach`)).toMatchObject({
    exitCode: 69,
    stderr: expect.stringMatching(
      new RegExp(`^petri: the world tiny could not be grown: port ${port} is taken; choose another with --port`, 'm'),
    ),
  });
  server.close();
  expect(leftOf('tiny')).toEqual([]);
});

test.each([
  ['SIGINT', 130, /SERVED|DOWN|BACK/],
  ['SIGTERM', 143, /\[ ?\d+\/\d+\]/],
  ['SIGHUP', 129, /\[ ?\d+\/\d+\]/],
] as const)('%s ends a world that is watched or still grows: exit %d, nothing left', async (signal, exitCode, seen) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../../tui/main.ts'), 'up', file], {
    env: { ...process.env, XDG_STATE_HOME: stateHome },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await new Promise<void>((resolve) => {
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        text += chunk;
        if (seen.test(text)) resolve();
      });
  });
  const closed = new Promise((resolve) => child.on('close', resolve));
  child.kill(signal);
  expect(await closed).toBe(exitCode);
  expect(leftOf('tiny')).toEqual([]);
  expect(await petri('status --name tiny')).toMatchObject({ exitCode: 69 });
});

/** Addresses of the parts of a world that still live. */
function leftOf(name: string): readonly string[] {
  const { world } = readLedger(join(stateHome, 'petri', name, 'ledger.ndjson'));
  return world ? markedParts(world.token).map((part) => part.address) : [];
}
