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
    'map needs listen and volume',
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
