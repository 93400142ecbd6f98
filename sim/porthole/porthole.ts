import { createHash, timingSafeEqual } from 'node:crypto';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { openingBytesMax, type Opening } from './contract.ts';
import { streamEvents } from './event-stream.ts';

/** Whoever has not said what it wants by then is sent away, in milliseconds. */
const openingMsMax = 5000;

export interface PortholeOptions {
  readonly token: string;
  readonly events: string;
}

/**
 * The one way from the host into a world's networks. On macOS and Windows the host cannot reach containers by their addresses,
 * and a cell's network publishes nothing anywhere. A caller shows the world's token first; anybody else is cut off.
 */
export async function servePorthole(listen: Endpoint, options: PortholeOptions): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => accept(socket, options));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listen, resolve);
  });
  return server;
}

function accept(socket: Socket, options: PortholeOptions): void {
  socket.on('error', () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), openingMsMax);
  let bytes: Buffer = Buffer.alloc(0);
  const take = (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf(10);
    if (end < 0 && bytes.length <= openingBytesMax) return;
    clearTimeout(timer);
    socket.off('data', take);
    socket.pause();
    const opening = end < 0 ? null : parseOpening(bytes.subarray(0, end));
    if (!opening || !isToken(opening.token, options.token)) {
      socket.destroy();
      return;
    }
    const rest = bytes.subarray(end + 1);
    if (rest.length > 0) socket.unshift(rest);
    if ('to' in opening) connectThrough(socket, opening.to);
    else {
      socket.resume();
      socket.once('end', () => socket.destroy());
      streamEvents(options.events, opening.from, socket);
    }
  };
  socket.on('data', take);
  socket.once('close', () => clearTimeout(timer));
}

function connectThrough(near: Socket, to: Endpoint): void {
  const far = createConnection({ ...to, allowHalfOpen: true, noDelay: true });
  // A reset is passed on as one: who was cut off must not take it for an end.
  far.on('error', () => near.resetAndDestroy());
  near.on('error', () => far.resetAndDestroy());
  far.once('close', () => near.destroy());
  near.once('close', () => far.destroy());
  far.once('connect', () => {
    near.pipe(far);
    far.pipe(near);
  });
}

function parseOpening(line: Buffer): Opening | null {
  try {
    const value = JSON.parse(line.toString('utf8')) as Partial<Opening & { to: Partial<Endpoint> }> | null;
    if (typeof value?.token !== 'string') return null;
    if ('to' in value) return typeof value.to?.host === 'string' && isPort(value.to.port) ? (value as Opening) : null;
    return 'events' in value ? (value as Opening) : null;
  } catch {
    return null;
  }
}

function isPort(port: unknown): boolean {
  return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536;
}

/** Compares digests, so that neither its length nor how much of a guess was right can be timed. */
function isToken(guess: string, token: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(guess), digest(token));
}
