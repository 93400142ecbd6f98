import { createConnection, createServer, type Server } from 'node:net';
import { Connection } from './connection.ts';
import type { LinkSpec } from './contract.ts';
import { Flow } from './flow.ts';
import { noEffect, type LinkEffect } from './rules.ts';

export interface ProbeResult {
  readonly outcome: 'passes' | 'silent' | 'refused';
  readonly latencyMs: number | null;
}

/** A probe that has not come through by then is silent, in milliseconds. */
export const probeMsMax = 500;

/** One proxied port: takes connections at `spec.listen` and continues them to `spec.to` under the rules of the moment. */
export class Link {
  readonly spec: LinkSpec;
  readonly #random: () => number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #effect: LinkEffect = noEffect;
  #bytes = 0;

  constructor(spec: LinkSpec, random: () => number) {
    this.spec = spec;
    this.#random = random;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const connection = new Connection(near, {
        to: spec.to,
        effect: this.#effect,
        random,
        onBytes: (count) => (this.#bytes += count),
        onClosed: (closed) => this.#connections.delete(closed),
      });
      this.#connections.add(connection);
    });
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Bytes handed on, both ways together. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once it takes connections; rejects with the system's error where it cannot. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ ...this.spec.listen, backlog: 1024 }, resolve);
    });
  }

  /** New rules, at once also for open connections; a reset rule resets them. */
  apply(effect: LinkEffect): void {
    const before = this.#effect;
    this.#effect = effect;
    const resets = effect.resetAfterBytes !== null && effect.resetAfterBytes !== before.resetAfterBytes;
    for (const connection of this.#connections) {
      if (resets) connection.reset();
      else connection.apply(effect);
    }
  }

  /** Stops taking connections and resets the open ones. */
  close(): Promise<void> {
    for (const connection of this.#connections) connection.reset();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /**
   * Tries the far side and sends one byte through a flow with this link's live rules, there and back; the far side hears
   * a connection that opens and closes. A link that resets counts as refusing.
   */
  async probe(): Promise<ProbeResult> {
    const effect = this.#effect;
    if (effect.resetAfterBytes !== null) return { outcome: 'refused', latencyMs: null };
    const beganMs = performance.now();
    const passed = (await throughFlow(effect, this.#random)) && (await this.#reach());
    if (passed === 'refused') return { outcome: 'refused', latencyMs: null };
    if (passed !== 'reached') return { outcome: 'silent', latencyMs: null };
    return { outcome: 'passes', latencyMs: performance.now() - beganMs };
  }

  #reach(): Promise<'reached' | 'refused' | 'silent'> {
    return new Promise((resolve) => {
      const socket = createConnection(this.spec.to);
      const finish = (outcome: 'reached' | 'refused' | 'silent') => {
        clearTimeout(timer);
        socket.destroy();
        resolve(outcome);
      };
      const timer = setTimeout(() => finish('silent'), probeMsMax);
      socket.once('connect', () => finish('reached'));
      socket.once('error', () => finish('refused'));
    });
  }
}

/** Whether a byte comes through both ways in time. */
function throughFlow(effect: LinkEffect, random: () => number): Promise<boolean> {
  const free = { pause() {}, resume() {} };
  return new Promise((resolve) => {
    const finish = (came: boolean) => {
      clearTimeout(timer);
      there.discard();
      back.discard();
      resolve(came);
    };
    const arrive = (then: () => void) => ({ write: () => (then(), true), end() {}, reset() {} });
    const chunk = Buffer.of(0);
    const back = new Flow(
      free,
      arrive(() => finish(true)),
      effect.from,
      random,
    );
    const there = new Flow(
      free,
      arrive(() => back.push({ chunk })),
      effect.to,
      random,
    );
    const longestMs = effect.to.latencyMs + effect.to.jitterMs;
    const timer = setTimeout(() => finish(false), probeMsMax + longestMs);
    there.push({ chunk });
  });
}
