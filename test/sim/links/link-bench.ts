import type { RpcClient, RpcServer } from '../../../cells/protocol/rpc.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { Runtime } from '../../../cells/runtime/runtime.ts';
import { wait } from '../../../cells/runtime/time.ts';
import type { LinkAsk, LinkRule } from '../../../sim/faults/fault.ts';
import type { LinkProbe, LinkSpec } from '../../../sim/links/contract.ts';

/** Where the rules of links are tried: a program of links, somebody before it and somebody behind it. */
export interface LinkGround {
  readonly near: Runtime;
  readonly far: Runtime;
  /** The admin port of the links. */
  readonly admin: RpcClient;
  /** Two ports that links listen on, and two that far sides do. */
  readonly ports: readonly [Endpoint, Endpoint, Endpoint, Endpoint];
}

/** So long a call is waited for, in milliseconds, where it is to stay without an answer. */
export const silenceMs = 300;
/** One link, `router->b`, with an echo behind it; what a case says of it holds on every substrate. */
export class LinkBench {
  readonly #ground: LinkGround;
  readonly #clients: RpcClient[] = [];
  #server: RpcServer | null = null;
  /** What the far side has heard, in order. */
  heard: string[] = [];

  constructor(ground: LinkGround) {
    this.#ground = ground;
  }

  get spec(): LinkSpec {
    return { name: 'router->b', listen: this.#ground.ports[0], to: this.#ground.ports[2] };
  }

  /** Another link, to another far side. */
  get otherSpec(): LinkSpec {
    return { name: 'a->b', listen: this.#ground.ports[1], to: this.#ground.ports[3] };
  }

  async open(): Promise<void> {
    await this.set([this.spec]);
    await this.serve();
  }

  async close(): Promise<void> {
    for (const id of ['f1', 'f2']) await this.heal(id);
    for (const client of this.#clients.splice(0)) client.close();
    await this.stopServing();
    await this.set([]);
  }

  async serve(): Promise<void> {
    const say = ({ words }: { words: string }) => {
      this.heard.push(words);
      return words;
    };
    this.#server = await this.#ground.far.serve({ listen: this.spec.to, token: null, handlers: { say } });
  }

  async stopServing(): Promise<void> {
    await this.#server?.close();
    this.#server = null;
  }

  set(links: readonly LinkSpec[]): Promise<null> {
    return this.#ground.admin.call('links.set', { links });
  }

  rule(rule: LinkRule, id = 'f1', links: readonly string[] = ['router->b']): Promise<null> {
    return this.#ground.admin.call('rule.set', { id, links, rule });
  }

  heal(id = 'f1'): Promise<null> {
    return this.#ground.admin.call('rule.clear', { id });
  }

  probe(ask: LinkAsk = {}): Promise<LinkProbe> {
    return this.#ground.admin.call('probe', { link: 'router->b', ...ask }, 30_000);
  }

  nowMs(): number {
    return this.#ground.near.time.monotonicMs();
  }

  pause(ms: number): Promise<void> {
    return wait(this.#ground.near.time, ms);
  }

  /** A connection of its own over the link. */
  async connect(to: Endpoint = this.spec.listen): Promise<Caller> {
    let lostMs: number | null = null;
    const client = this.#ground.near.connect({
      connect: to,
      token: null,
      reconnect: false,
      onDisconnect: () => (lostMs ??= this.nowMs()),
    });
    this.#clients.push(client);
    const caller: Caller = {
      say: (words) => client.call<string>('say', { words }, 20_000),
      lostMs: () => lostMs,
    };
    await this.until('connected or lost', () => client.connected || lostMs !== null);
    return caller;
  }

  async until(what: string, look: () => boolean, withinMs = 5000): Promise<void> {
    const endMs = this.nowMs() + withinMs;
    while (!look()) {
      if (this.nowMs() > endMs) throw new Error(`${what}: not seen within ${withinMs} ms`);
      await this.pause(5);
    }
  }

  /** What a call came to by then: its answer, `lost`, or `silence`. */
  async fate(call: Promise<string>, withinMs = silenceMs): Promise<string> {
    const settled = call.catch((error: unknown) => {
      if (error instanceof RpcError) return 'lost';
      throw error;
    });
    return Promise.race([settled, this.pause(withinMs).then(() => 'silence')]);
  }

  async tookMs(work: () => Promise<unknown>): Promise<number> {
    const beganMs = this.nowMs();
    await work();
    return this.nowMs() - beganMs;
  }
}

interface Caller {
  say(words: string): Promise<string>;
  /** When it learnt that the connection is gone. */
  lostMs(): number | null;
}
