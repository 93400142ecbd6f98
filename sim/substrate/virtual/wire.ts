import type { Timer } from '../../../cells/runtime/time.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import { delayMs, noEffect, resentAfterMs, type FlowEffect, type LinkEffect } from '../../links/rules.ts';
import { Chance } from './chance.ts';
import type { Life } from './life.ts';
import type { Scheduler } from './scheduler.ts';

/** One hop takes at least so long, and up to three quarters more: a loopback connection's time, in microseconds. */
const hopT = 100;
const hopSteps = 4;
const hopStepT = 25;

/** What listens at an endpoint. */
export interface Listener<Accept = unknown> {
  readonly life: Life;
  readonly accept: Accept;
}

/** A proxied port: where it leads, and whose it is. */
export interface LinkPort {
  readonly name: string;
  readonly to: string;
  readonly life: Life;
  effect: LinkEffect;
  readonly wires: Set<Wire>;
  /** When the line is free again, each way, in microseconds; only where its bandwidth is bounded. */
  readonly freeT: { to: number; from: number };
}

export function keyOf({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

/** The network of a virtual world: who listens where, and which links lie between. */
export class Network {
  readonly scheduler: Scheduler;
  readonly #seed: number;
  readonly listeners = new Map<string, Listener>();
  readonly links = new Map<string, LinkPort>();
  readonly #chances = new Map<string, Chance>();

  constructor(scheduler: Scheduler, seed: number) {
    this.scheduler = scheduler;
    this.#seed = seed;
  }

  /** Null where the port is taken. */
  listen(key: string, listener: Listener): (() => void) | null {
    const there = this.listeners.get(key);
    if (there?.life.alive) return null;
    this.listeners.set(key, listener);
    const forget = () => {
      if (this.listeners.get(key) === listener) this.listeners.delete(key);
    };
    listener.life.onEnd(forget);
    return forget;
  }

  /** The link behind an endpoint, and who listens at its far side now. */
  resolve(key: string): { readonly link: LinkPort | null; readonly far: Listener | null } {
    const link = this.links.get(key) ?? null;
    const far = this.listeners.get(link ? link.to : key) ?? null;
    return { link, far: far?.life.alive ? far : null };
  }

  chance(purpose: string): Chance {
    let chance = this.#chances.get(purpose);
    if (!chance) this.#chances.set(purpose, (chance = new Chance(this.#seed, purpose)));
    return chance;
  }
}

interface Held {
  readonly bytes: number;
  readonly to: boolean;
  readonly closes: boolean;
  readonly run: () => void;
}

interface Late {
  readonly item: Held;
  readonly dueT: number;
  readonly timer: Timer;
}

/**
 * One connection from a life to whoever listens at an endpoint, over a link or straight:
 *
 *     near ──to──▶ far
 *          ◀─from──
 *
 * What goes one way arrives in order. A cut or stalled link holds it, a late one delays it, a reset ends it; the death of either
 * side reaches the other as its last word.
 */
export class Wire {
  readonly #network: Network;
  readonly link: LinkPort | null;
  readonly #near: Life;
  #far: Life | null = null;
  readonly #chance: Chance;
  #lastT = { to: 0, from: 0 };
  #held: Held[] = [];
  /** On their way over a link that makes them late, the earliest sent first. */
  #late: Late[] = [];
  #passed = 0;
  #silent = false;
  #closed = false;
  readonly #forget: (() => void)[] = [];
  /** Told once, to each side that lives, when the connection is gone without having been closed by it. */
  onNearLost: () => void = () => {};
  onFarLost: () => void = () => {};

  constructor(network: Network, near: Life, link: LinkPort | null, purpose: string) {
    this.#network = network;
    this.#near = near;
    this.link = link;
    this.#chance = network.chance(purpose);
    link?.wires.add(this);
    this.#forget.push(near.onEnd(() => this.#lost(true)));
    if (link) this.#forget.push(link.life.onEnd(() => this.reset()));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Nobody on the way is hurt, and nothing is under way: what is sent now arrives, and is answered over the same way. */
  get clear(): boolean {
    const { link } = this;
    const far = this.#far;
    if (this.#closed || far === null || !far.alive || far.paused || this.#held.length > 0) return false;
    if (link && (link.effect !== noEffect || link.life.paused || !link.life.alive)) return false;
    const { t } = this.#network.scheduler;
    return this.#lastT.to <= t && this.#lastT.from <= t;
  }

  /** The far side has taken the connection; what was said before that goes on to it. */
  accepted(far: Life): void {
    this.#far = far;
    this.#forget.push(far.onEnd(() => this.#lost(false)));
    if (this.#held.length > 0) this.released();
  }

  /** To the far side (`to`) or from it, in order: `run` happens there. */
  send(to: boolean, bytes: number, run: () => void): void {
    this.#push({ to, bytes, closes: false, run });
  }

  /** The side that closes hears nothing more; the other hears of it in its turn. */
  close(byNear: boolean): void {
    if (this.#closed) return;
    this.#push({ to: byNear, bytes: 0, closes: true, run: () => (byNear ? this.onFarLost : this.onNearLost)() });
    this.#end();
  }

  /** Both sides hear of it, whatever was under way. */
  reset(): void {
    if (this.#closed) return;
    // What was on its way is lost with it.
    for (const { timer } of this.#late) timer.cancel();
    this.#late = [];
    this.#end();
    this.#held = [];
    this.#near.plan(hopT, () => this.onNearLost());
    this.#far?.plan(hopT, () => this.onFarLost());
  }

  /** New rules on the link: what is held may go on, and what is late is no later than they make it. */
  released(): void {
    const { t } = this.#network.scheduler;
    const late = this.#late.filter(({ dueT }) => dueT > t);
    const held = this.#held;
    this.#late = [];
    this.#held = [];
    if (late.length > 0) this.#lastT = { to: t, from: t };
    if (this.link?.effect.stallAfterBytes === null) this.#silent = false;
    for (const { item, dueT, timer } of late) {
      timer.cancel();
      this.#push(item, dueT);
    }
    for (const item of held) this.#push(item);
    if (this.#closed && this.#held.length === 0 && this.#late.length === 0) this.link?.wires.delete(this);
  }

  #lost(nearDied: boolean): void {
    if (this.#closed) return;
    this.#push({ to: nearDied, bytes: 0, closes: true, run: () => (nearDied ? this.onFarLost : this.onNearLost)() });
    this.#end();
  }

  /** `latestT`: it has been on its way, and was due then. */
  #push(item: Held, latestT = Infinity): void {
    const effect = this.link?.effect ?? noEffect;
    const flow = item.to ? effect.to : effect.from;
    if (flow.stalled || this.#silent || this.link?.life.paused) {
      this.#held.push(item);
      return;
    }
    if (this.link && effect !== noEffect && this.#limits(effect, item)) return;
    const dest = item.to ? this.#far : this.#near;
    if (!dest) return void this.#held.push(item);
    const way = item.to ? 'to' : 'from';
    const { t } = this.#network.scheduler;
    const dueT = Math.max(Math.min(t + this.#delayT(flow, item, way), latestT), this.#lastT[way]);
    this.#lastT[way] = dueT;
    const timer = dest.plan(dueT - t, item.run);
    if (this.link && flow !== noEffect.to) this.#keepLate({ item, dueT, timer });
  }

  #keepLate(late: Late): void {
    const { t } = this.#network.scheduler;
    const arrived = this.#late.findIndex(({ dueT }) => dueT > t);
    this.#late.splice(0, arrived < 0 ? this.#late.length : arrived);
    this.#late.push(late);
  }

  /** True where the item ends or silences the connection instead of passing. */
  #limits({ resetAfterBytes, stallAfterBytes }: LinkEffect, item: Held): boolean {
    this.#passed += item.bytes;
    if (resetAfterBytes !== null && this.#passed > resetAfterBytes) {
      this.reset();
      return true;
    }
    if (stallAfterBytes === null || this.#passed <= stallAfterBytes) return false;
    this.#silent = true;
    this.#held.push(item);
    return true;
  }

  #delayT(flow: FlowEffect, { bytes, closes }: Held, way: 'to' | 'from'): number {
    let delayT = hopT + Math.floor(this.#chance.next() * hopSteps) * hopStepT;
    if (this.link && flow !== noEffect.to) {
      delayT += Math.round(delayMs(flow, this.#chance.next()) * 1000);
      if (flow.lossShare > 0) delayT += resentAfterMs(flow, this.#chance.next()) * 1000;
      if (closes) delayT += flow.closeLateMs * 1000;
      if (flow.bytesPerSecond !== null) {
        const nowT = this.#network.scheduler.t;
        const freeT = Math.max(nowT, this.link.freeT[way]) + Math.ceil((bytes * 1_000_000) / flow.bytesPerSecond);
        this.link.freeT[way] = freeT;
        delayT += freeT - nowT;
      }
    }
    return delayT;
  }

  #end(): void {
    this.#closed = true;
    this.link?.wires.delete(this);
    // What a cut or late link holds is not forgotten: it is told when the link is whole again.
    if (this.link && this.#held.length + this.#late.length > 0) this.link.wires.add(this);
    for (const forget of this.#forget) forget();
  }
}
