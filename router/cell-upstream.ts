import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { EventSink } from '../cells/runtime/events.ts';
import { HealthProber } from './health-prober.ts';
import { proberTimes } from './prober-times.ts';
import type { HealthRules, observe } from './health.ts';
import { UpstreamPool } from './http/upstream-pool.ts';

/** A router keeps its sockets for less long than an ALB does. */
const idleMsMax = 60_000;

/** Above every bulkhead: without one, a hung cell takes whatever the router has. */
const socketsMax = 512;

/** One cell as a router sees it: the way to it, its health, what is in flight. */
export class CellUpstream {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly pool: UpstreamPool;
  readonly #prober: HealthProber;
  inFlight = 0;

  constructor(
    id: string,
    endpoint: Endpoint,
    options: { readonly rules: HealthRules; readonly events: EventSink; readonly observe: typeof observe },
  ) {
    const { rules, events } = options;
    this.id = id;
    this.endpoint = endpoint;
    this.pool = new UpstreamPool(endpoint, {
      socketsMax,
      idleMsMax,
      spare: 2,
      onIdleLost: () => this.#prober.suspect(),
    });
    this.#prober = new HealthProber({
      endpoint,
      path: '/health',
      rules,
      observe: options.observe,
      ...proberTimes,
      onChange: ({ health, reason, afterMs }) => {
        this.pool.setWarm(health === 'serving');
        const ms = afterMs === null ? null : Math.round(afterMs * 10) / 10;
        events.record('cell.state', { cell: id, health, reason, afterMs: ms });
      },
    });
  }

  get health() {
    return this.#prober.health;
  }

  get sinceMs(): number {
    return this.#prober.sinceMs;
  }

  setRules(rules: HealthRules): void {
    this.#prober.setRules(rules);
  }

  heard(): void {
    this.#prober.heard();
  }

  broke(reason: string): void {
    this.#prober.broke(reason);
  }

  close(): void {
    this.#prober.close();
    this.pool.close();
  }
}
