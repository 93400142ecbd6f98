import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { TaskView } from './balance.ts';
import type { AlbSettings } from './contract.ts';
import { HealthProber, type ProberOptions } from './health-prober.ts';
import { proberTimes } from './prober-times.ts';
import { taskRules, type observe } from './health.ts';
import { UpstreamPool } from './http/upstream-pool.ts';

/** Node's HTTP server closes an idle connection after 5 s: ours must be gone before, or a request dies in it. */
const idleMsMax = 3000;

const socketsMax = 512;

/** One web task behind an ALB. */
export class TaskUpstream implements TaskView {
  readonly name: string;
  readonly endpoint: Endpoint;
  readonly pool: UpstreamPool;
  readonly #prober: HealthProber;
  inFlight = 0;

  constructor(name: string, endpoint: Endpoint, take: typeof observe, foreign?: AlbSettings['foreign']) {
    this.name = name;
    this.endpoint = endpoint;
    this.#prober = new HealthProber({
      endpoint,
      ...probeOf(foreign),
      rules: taskRules,
      observe: take,
      ...proberTimes,
      onChange: ({ health }) => {
        if (health === 'down') this.pool.setWarm(false);
      },
    });
    this.pool = new UpstreamPool(endpoint, {
      socketsMax,
      idleMsMax,
      spare: 0,
      onIdleLost: () => this.#prober.suspect(),
    });
  }

  /** A task that has not answered yet takes no requests: one that starts must not cost anyone an answer. */
  get healthy(): boolean {
    return this.#prober.health === 'serving';
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

/** What a task is asked, and which answers are well: a service that names no path of health is well where it speaks HTTP. */
function probeOf(foreign: AlbSettings['foreign']): Pick<ProberOptions, 'path' | 'isWell'> {
  if (foreign === undefined) return { path: '/ready' };
  if (foreign.health === null) return { path: '/', isWell: (status) => status < 500 };
  return { path: foreign.health, isWell: (status) => status >= 200 && status < 300 };
}
