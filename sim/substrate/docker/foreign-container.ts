import type { Socket } from 'node:net';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { ForeignRun } from '../../world/part.ts';
import type { ForeignOptions } from './container-options.ts';

/** A service that listens nowhere serves once its container has lived for so long, in milliseconds. */
const settledMs = 1000;
/** A connection that the far side refuses is closed by the porthole well within this. */
const openForMs = 300;
const answerMs = 2000;

/** What of a service of the user's own goes into its container's options. */
export function foreignOptions({ args, env, user, root, tmpfs, mounts }: ForeignRun): ForeignOptions {
  return { args, env, user, root, tmpfs, mounts };
}

/** Asks whether it serves, as its world file says it is to be asked. `connect` leads into the cell's network. */
export function foreignServes({ ready }: ForeignRun, connect: (to: Endpoint) => Socket): Promise<boolean> {
  if (ready === null) return new Promise((resolve) => setTimeout(() => resolve(true), settledMs));
  const { endpoint, health } = ready;
  if (health === null) return staysOpen(connect(endpoint));
  const ask = `GET ${health} HTTP/1.1\r\nhost: ${endpoint.host}:${endpoint.port}\r\nconnection: close\r\n\r\n`;
  return answersWell(connect(endpoint), ask);
}

function staysOpen(socket: Socket): Promise<boolean> {
  return first(socket, (tell) => {
    socket.once('data', () => tell(true));
    setTimeout(() => tell(true), openForMs);
  });
}

function answersWell(socket: Socket, ask: string): Promise<boolean> {
  return first(socket, (tell) => {
    let head = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      head += text;
      if (head.includes('\n')) tell(/^HTTP\/1\.[01] 2\d\d/.test(head));
    });
    socket.setTimeout(answerMs, () => tell(false));
    socket.write(ask);
  });
}

/** What is told first; false where the connection ends before. */
async function first(socket: Socket, listen: (tell: (is: boolean) => void) => void): Promise<boolean> {
  try {
    return await new Promise<boolean>((resolve) => {
      socket.once('close', () => resolve(false));
      socket.once('end', () => resolve(false));
      listen(resolve);
    });
  } finally {
    socket.destroy();
  }
}
