import { request } from 'node:http';
import { createConnection } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { ForeignRun } from '../../world/part.ts';
import { until } from './until.ts';

/** How long a part is waited for, in milliseconds; its process says in its own words that this is over. */
const withinMs = 30_000;
const everyMs = 15;

/** A service that listens nowhere serves once it has lived for so long: one that cannot start has ended by then. */
const settledMs = 500;

/** Resolves once an endpoint accepts connections, or once the part is gone. */
export async function untilAccepts(endpoint: Endpoint, alive: () => boolean): Promise<'serving'> {
  await until(async () => !alive() || (await accepts(endpoint)), withinMs, everyMs);
  return 'serving';
}

/** Resolves once a service of the user's own serves, by what its world file says of it, or once it is gone. */
export async function untilForeignServes({ ready }: ForeignRun, alive: () => boolean): Promise<'serving'> {
  if (ready === null) await wait(settledMs);
  else if (ready.health === null) await untilAccepts(ready.endpoint, alive);
  else {
    const { endpoint, health } = ready;
    await until(async () => !alive() || (await answersWell(endpoint, health)), withinMs, everyMs);
  }
  return 'serving';
}

function accepts(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(endpoint);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function answersWell({ host, port }: Endpoint, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const ask = request({ host, port, path, timeout: 1000, agent: false }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      resolve(statusCode >= 200 && statusCode < 300);
    });
    ask.on('timeout', () => ask.destroy());
    ask.on('error', () => resolve(false));
    ask.end();
  });
}
