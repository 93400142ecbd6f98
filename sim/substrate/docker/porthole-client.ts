import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { basename, join } from 'node:path';
import { rotateAtBytes } from '../../../cells/runtime/event-log.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { EventsLine, Opening, Position } from '../../porthole/contract.ts';

const loopback = '127.0.0.1';
const againAfterMs = 100;

export interface PortholeClientOptions {
  readonly token: string;
  /** Where the porthole listens on this machine; null while it is down. */
  readonly at: () => Endpoint | null;
}

/** The supervisor's side of the porthole: parts as if they listened on this machine's loopback, their events as local files. */
export class PortholeClient {
  readonly #options: PortholeClientOptions;
  readonly #tunnels = new Map<string, Promise<{ readonly server: Server; readonly at: Endpoint }>>();
  readonly #sockets = new Set<Socket>();
  #closed = false;

  constructor(options: PortholeClientOptions) {
    this.#options = options;
  }

  /** A local address that leads to a port of a container, for as long as this client lives. The same one each time. */
  async tunnel(host: string, port: number): Promise<Endpoint> {
    const key = `${host}:${port}`;
    let tunnel = this.#tunnels.get(key);
    if (!tunnel) {
      tunnel = this.#listen({ host, port });
      this.#tunnels.set(key, tunnel);
    }
    return (await tunnel).at;
  }

  /** A connection to a port of a container. Where nobody listens there it is reset. */
  connect(to: Endpoint): Socket {
    return this.#open({ token: this.#options.token, to });
  }

  /**
   * Appends what parts record to files of the same names in `folder`, from now on, and goes on after every break from where
   * it was. Resolves when it follows.
   */
  followEvents(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const positions = new Map<string, Position>();
    let following = false;
    return new Promise((resolve) => {
      const follow = () => {
        if (this.#closed) return;
        const from = following ? Object.fromEntries(positions) : null;
        const socket = this.#open({ token: this.#options.token, events: true, from });
        onLines(socket, (text) => {
          const line = JSON.parse(text) as EventsLine;
          if ('following' in line) {
            following = true;
            resolve();
            return;
          }
          if (line.data !== '' && isItsOwn(line.file)) append(join(folder, basename(line.file)), line.data);
          positions.set(line.file, { inode: line.inode, offset: line.offset });
        });
        socket.once('close', () => setTimeout(follow, againAfterMs).unref());
      };
      follow();
    });
  }

  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
    for (const tunnel of this.#tunnels.values()) void tunnel.then(({ server }) => server.close());
  }

  #listen(to: Endpoint): Promise<{ readonly server: Server; readonly at: Endpoint }> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
      this.#keep(near);
      const far = this.connect(to);
      near.pipe(far);
      far.pipe(near);
      far.on('error', () => near.resetAndDestroy());
      near.on('error', () => far.resetAndDestroy());
      far.once('close', () => near.destroy());
      near.once('close', () => far.destroy());
    });
    // A tunnel must not keep a process from ending.
    server.unref();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: loopback, port: 0 }, () => {
        resolve({ server, at: { host: loopback, port: (server.address() as { port: number }).port } });
      });
    });
  }

  #open(opening: Opening): Socket {
    // Port 1 refuses, as a porthole does that is down.
    const at = this.#options.at() ?? { host: loopback, port: 1 };
    const socket = createConnection({ ...at, allowHalfOpen: true, noDelay: true });
    this.#keep(socket);
    socket.write(`${JSON.stringify(opening)}\n`);
    return socket;
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

/** What runs in a cell may write any file into its own volume: another cell's name on it counts for nothing. */
function isItsOwn(file: string): boolean {
  const [cell, name = ''] = file.split('/');
  return cell === 'outside' || name.startsWith(`${cell}.`);
}

/** Rotated as a part rotates its own. */
function append(path: string, data: string): void {
  try {
    const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > 0 && size + Buffer.byteLength(data) > rotateAtBytes) renameSync(path, `${path}.1`);
    appendFileSync(path, data, { mode: 0o600 });
  } catch {
    // A full disk loses the lines, and the gap in their numbers tells.
  }
}

function onLines(socket: Socket, take: (line: string) => void): void {
  let chunks: string[] = [];
  socket.setEncoding('utf8').on('data', (text: string) => {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      chunks.push(text.slice(from, end));
      take(chunks.join(''));
      chunks = [];
      from = end + 1;
    }
    if (from < text.length) chunks.push(text.slice(from));
  });
  socket.once('end', () => socket.destroy());
}
