import { createConnection, type Socket } from 'node:net';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { Flow, type Sink, type Source } from './flow.ts';
import { Allowance, type Pacer } from './pace.ts';
import type { LinkEffect } from './rules.ts';

/** The rules of the moment on a link, and the lines that its connections share. */
export interface LinkRules {
  readonly effect: LinkEffect;
  readonly pacers: { readonly to: Pacer | null; readonly from: Pacer | null };
}

export interface ConnectionOptions {
  readonly to: Endpoint;
  readonly rules: LinkRules;
  readonly random: () => number;
  readonly onBytes: (count: number) => void;
  readonly onClosed: (connection: Connection) => void;
}

/**
 * One client's connection and its continuation to the far side:
 *
 *   near (client) ──to──▶ far (part)
 *                 ◀─from──
 *
 * Bytes, half-closes and resets are carried over as they come. A far side that refuses resets the client at once.
 * While the way to the far side is cut, a new connection is not continued: it is accepted and nothing is said on it.
 */
export class Connection {
  readonly #near: Socket;
  readonly #options: ConnectionOptions;
  readonly #to: Flow;
  readonly #from: Flow;
  #far: Socket | null = null;
  #effect: LinkEffect;
  #allowance: Allowance | null;
  #bytes = 0;
  #nearClosed = false;
  #farClosed = false;

  constructor(near: Socket, options: ConnectionOptions) {
    this.#near = near;
    this.#options = options;
    const { effect, pacers } = options.rules;
    const allowance = allowanceOf(effect);
    this.#effect = effect;
    this.#allowance = allowance;
    const farOf = () => this.#far;
    this.#to = new Flow(
      sourceOf(() => near),
      this.#sinkOf(farOf),
      { effect: effect.to, pacer: pacers.to, allowance },
      options.random,
    );
    this.#from = new Flow(
      sourceOf(farOf),
      this.#sinkOf(() => near),
      { effect: effect.from, pacer: pacers.from, allowance },
      options.random,
    );
    carry(near, this.#to, this.#from);
    near.once('close', () => {
      this.#nearClosed = true;
      this.#closed();
    });
    if (this.#effect.resetAfterBytes === 0) this.reset();
    else if (!this.#effect.to.stalled) this.#continue();
  }

  apply({ effect, pacers }: LinkRules): void {
    // What has passed counts on under the same rule, whatever else changes.
    if (effect.stallAfterBytes !== this.#effect.stallAfterBytes) this.#allowance = allowanceOf(effect);
    this.#effect = effect;
    if (!effect.to.stalled && !this.#far) this.#continue();
    this.#to.apply({ effect: effect.to, pacer: pacers.to, allowance: this.#allowance });
    this.#from.apply({ effect: effect.from, pacer: pacers.from, allowance: this.#allowance });
  }

  /** Resets both sides at once, whatever waits. */
  reset(): void {
    this.#to.discard();
    this.#from.discard();
    resetSocket(this.#near);
    if (this.#far) resetSocket(this.#far);
  }

  #continue(): void {
    const far = createConnection({ ...this.#options.to, noDelay: true, allowHalfOpen: true });
    this.#far = far;
    carry(far, this.#from, this.#to);
    far.once('close', () => {
      this.#farClosed = true;
      this.#closed();
    });
  }

  #sinkOf(socketOf: () => Socket | null): Sink {
    return {
      write: (chunk) => {
        const socket = socketOf();
        if (!socket || socket.destroyed || socket.writableEnded) return true;
        const taken = socket.write(chunk);
        this.#count(chunk.length);
        return taken;
      },
      end: () => void socketOf()?.end(),
      reset: () => {
        const socket = socketOf();
        if (socket) resetSocket(socket);
      },
    };
  }

  #count(bytes: number): void {
    this.#options.onBytes(bytes);
    this.#bytes += bytes;
    const limit = this.#effect.resetAfterBytes;
    if (limit !== null && this.#bytes >= limit) this.reset();
  }

  #closed(): void {
    if (!this.#nearClosed || (this.#far && !this.#farClosed)) return;
    this.#to.discard();
    this.#from.discard();
    this.#options.onClosed(this);
  }
}

function allowanceOf({ stallAfterBytes }: LinkEffect): Allowance | null {
  return stallAfterBytes === null ? null : new Allowance(stallAfterBytes);
}

/** What a socket says goes into `out`; that it takes bytes again is for the flow that comes `into` it. */
function carry(socket: Socket, out: Flow, into: Flow): void {
  socket.on('data', (chunk) => out.push({ chunk }));
  socket.on('end', () => out.push('end'));
  socket.on('error', () => out.push('reset'));
  socket.on('drain', () => into.drained());
}

function sourceOf(socketOf: () => Socket | null): Source {
  return {
    pause: () => void socketOf()?.pause(),
    resume: () => {
      const socket = socketOf();
      if (socket?.isPaused()) socket.resume();
    },
  };
}

function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  // A socket that is shutting down already cannot send a reset any more.
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
