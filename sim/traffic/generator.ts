import type { Time, Timer } from '../../cells/runtime/time.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import type { TrafficStatus } from '../state/status.ts';
import { spokenMix } from '../world/protocol.ts';
import type { TrafficSettings } from './contract.ts';
import { gapMs, planRequest, planSpoken, TenantLaw, tenantOf, type PlanBase } from './plan.ts';
import type { Requests } from './requests.ts';

/** A tick that comes later than this after it was due is said: latencies then hold the client's own delay. */
const lagMsMin = 50;

/** After a longer stop (a lid closed, the program paused) the schedule goes on from now: an outage of the client is none of the service. */
const skipAfterMs = 5000;

export type TrafficChange = Partial<Pick<TrafficSettings, 'rps' | 'mix' | 'skew' | 'on' | 'clientRetry'>>;

/** The open loop: requests leave when the plan says, whether or not earlier ones were answered. */
export class Generator {
  readonly #base: PlanBase;
  /** Null: the cells speak as Petri's own do. */
  readonly #protocol: TrafficSettings['protocol'];
  readonly #requests: Requests;
  readonly #events: EventSink;
  readonly #counts = new Map<string, number>();
  #settings: TrafficSettings;
  #law: TenantLaw;
  /** The number of the next arrival, and when it is due, in monotonic milliseconds. */
  #next = 0;
  #dueMs = 0;
  readonly #time: Time;
  #timer: Timer | null = null;

  constructor(time: Time, settings: TrafficSettings, life: string, requests: Requests, events: EventSink) {
    this.#time = time;
    this.#settings = settings;
    const { seed, xlAbove, protocol } = settings;
    this.#base = { seed, life, xlAbove };
    this.#protocol = protocol;
    this.#requests = requests;
    this.#events = events;
    this.#law = new TenantLaw(settings.seed, settings.tenants, settings.skew);
    this.#restart();
  }

  status(): TrafficStatus {
    const { on, rps, skew, mix } = this.#settings;
    const { dropped, inFlight } = this.#requests;
    const sent = spokenMix(mix, this.#protocol);
    return { on, targetRps: rps, ...this.#requests.rates(), skew, mix: sent, dropped, inFlight };
  }

  set(change: TrafficChange): void {
    const skewBefore = this.#settings.skew;
    this.#settings = { ...this.#settings, ...change };
    if (this.#settings.skew !== skewBefore) this.#newLaw();
    this.#requests.clientRetry = this.#settings.clientRetry;
    this.#restart();
  }

  setTenants(tenants: readonly string[]): void {
    this.#settings = { ...this.#settings, tenants };
    this.#newLaw();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  #newLaw(): void {
    this.#law = new TenantLaw(this.#settings.seed, this.#settings.tenants, this.#settings.skew);
  }

  #restart(): void {
    this.stop();
    if (!this.#settings.on || this.#settings.rps <= 0) return;
    this.#dueMs = this.#nowMs() + this.#gap();
    this.#wait();
  }

  #gap(): number {
    return gapMs(this.#settings.seed, this.#next, this.#settings.rps);
  }

  #wait(): void {
    this.#timer = this.#time.after(Math.max(0, this.#dueMs - this.#nowMs()), () => this.#tick());
  }

  #tick(): void {
    const lateMs = this.#nowMs() - this.#dueMs;
    if (lateMs > lagMsMin) this.#events.record('traffic.lag', { lagMs: Math.round(lateMs) });
    if (lateMs > skipAfterMs) this.#dueMs = this.#nowMs();
    while (this.#dueMs <= this.#nowMs()) {
      this.#sendNext(Math.round(this.#dueMs * 1000));
      this.#next++;
      this.#dueMs += this.#gap();
    }
    this.#wait();
  }

  #sendNext(intendedT: number): void {
    const tenant = tenantOf(this.#base.seed, this.#law, this.#next);
    if (tenant === null) return;
    const k = (this.#counts.get(tenant) ?? 0) + 1;
    this.#counts.set(tenant, k);
    const { mix } = this.#settings;
    const planned = this.#protocol
      ? planSpoken(this.#base, this.#protocol, mix, tenant, k)
      : planRequest(this.#base, mix, tenant, k);
    if (planned) this.#requests.start(planned, intendedT);
  }

  #nowMs(): number {
    return this.#time.monotonicMicros() / 1000;
  }
}
