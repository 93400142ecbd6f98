import { createConnection, createServer, type Server } from 'node:net';
import { Connection, type LinkRules } from './connection.ts';
import type { LinkProbe, LinkSpec } from './contract.ts';
import { Pacer } from './pace.ts';
import { throughFlows } from './probe.ts';
import { noEffect, type LinkEffect } from './rules.ts';

export type ProbeResult = Omit<LinkProbe, 'rules'>;

/** A probe that has not come through by then is silent, in milliseconds. */
export const probeMsMax = 500;

/** One proxied port: takes connections at `spec.listen` and continues them to `spec.to` under the rules of the moment. */
export class Link {
  readonly spec: LinkSpec;
  readonly #random: () => number;
  readonly #connections = new Set<Connection>();
  readonly #server: Server;
  #rules: LinkRules = { effect: noEffect, pacers: { to: null, from: null } };
  #bytes = 0;

  constructor(spec: LinkSpec, random: () => number) {
    this.spec = spec;
    this.#random = random;
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
      const connection = new Connection(near, {
        to: spec.to,
        rules: this.#rules,
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
    const before = this.#rules;
    const { to, from } = before.pacers;
    const pacers = { to: pacerFor(effect.to.bytesPerSecond, to), from: pacerFor(effect.from.bytesPerSecond, from) };
    this.#rules = { effect, pacers };
    const resets = effect.resetAfterBytes !== null && effect.resetAfterBytes !== before.effect.resetAfterBytes;
    for (const connection of this.#connections) {
      if (resets) connection.reset();
      else connection.apply(this.#rules);
    }
  }

  /** Stops taking connections and resets the open ones. */
  close(): Promise<void> {
    for (const connection of this.#connections) connection.reset();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  /**
   * Tries the far side and sends bytes through flows with this link's live rules, there and back; the far side hears
   * a connection that opens and closes. A link that resets counts as refusing. `closes`: it is through once the end is.
   */
  async probe(bytes = 1, closes = false): Promise<ProbeResult> {
    const { effect } = this.#rules;
    if (effect.resetAfterBytes !== null) return { outcome: 'refused', latencyMs: null };
    const beganMs = performance.now();
    const through = await throughFlows(effect, { bytes, closes, withinMs: probeMsMax, random: this.#random });
    const passed = through && (await this.#reach());
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

/** A line keeps its queue for as long as its width stays the same. */
function pacerFor(bytesPerSecond: number | null, before: Pacer | null): Pacer | null {
  if (bytesPerSecond === null) return null;
  return before?.bytesPerSecond === bytesPerSecond ? before : new Pacer(bytesPerSecond);
}
