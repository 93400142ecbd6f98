import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { connectFramed } from '../../../cells/protocol/client.ts';
import { freeEndpoints, partConfig, removeFolder, startPart, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => removeFolder(folder));

async function config(more: object = {}) {
  const [listen] = await freeEndpoints(1);
  const whole = { address: 'map', listen: listen!, volume: join(folder, 'volume'), settings: { seed: [] }, ...more };
  return partConfig(folder, whole);
}

it('ends cleanly on SIGTERM, and stays on the Ctrl-C of a whole group', async () => {
  const part = await startPart('cells/dynamodb/main.ts', folder, await config());
  part.signal('SIGINT');
  part.signal('SIGTERM');
  await part.exited;
  expect(part.child.exitCode).toBe(0);
});

it('does not outlive its owner', async () => {
  const part = await startPart('cells/dynamodb/main.ts', folder, await config());
  part.child.disconnect();
  await part.exited;
  expect(part.child.exitCode).toBe(0);
});

it('says why it cannot start, and ends with an error', async () => {
  await expect(startPart('cells/dynamodb/main.ts', folder, await config({ volume: null }))).rejects.toThrow(
    'map needs a volume',
  );
});

it('serves without an owner too, as in a container', async () => {
  const alone = await config();
  const file = join(folder, 'map.json');
  writeFileSync(file, JSON.stringify(alone));
  const child = spawn(process.execPath, [resolve('cells/dynamodb/main.ts'), file], { stdio: 'ignore' });
  const exit = once(child, 'exit');
  const client = await eventually('it serves', () =>
    connectFramed({ connect: alone.listen!, token: 'secret' }).catch(() => null),
  );
  expect(await client.call('status', {})).toMatchObject({ items: 0 });
  client.close();
  child.kill('SIGKILL');
  await exit;
});

/** Starts the map program with its config on standard input, as a container does. */
function startOnStdin() {
  const child = spawn(process.execPath, [resolve('cells/dynamodb/main.ts'), '-'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  return { child, said: () => said, exit: once(child, 'exit') };
}

it('takes its config from standard input, in as many pieces as it comes, and says on standard output that it serves', async () => {
  const { child, said, exit } = startOnStdin();
  const line = JSON.stringify(await config());
  child.stdin.write(line.slice(0, 40));
  await new Promise((done) => setTimeout(done, 50));
  child.stdin.write(`${line.slice(40)}\n`);
  await eventually('it serves', () => said().includes('\u001epetri:ready\n'));
  expect(child.exitCode).toBe(null);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
});

it('ends with the standard input that its owner held, before and after it was told what to do', async () => {
  const early = startOnStdin();
  early.child.stdin.end();
  expect(await early.exit).toEqual([0, null]);
  const late = startOnStdin();
  late.child.stdin.write(`${JSON.stringify(await config())}\n`);
  await eventually('it serves', () => late.said().includes('petri:ready'));
  late.child.stdin.end();
  expect(await late.exit).toEqual([0, null]);
});
