import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { Time, Timer } from '../../../cells/runtime/time.ts';
import type { CellHealth } from '../../../router/contract.ts';
import {
  unknownHealth,
  type Evidence,
  type HealthRules,
  type HealthState,
  type HealthStep,
} from '../../../router/health.ts';
import type { observe } from '../../../router/health.ts';
import { proberTimes } from '../../../router/prober-times.ts';
import type { Life } from './life.ts';
import { HttpPool } from './virtual-http.ts';
import type { Network } from './wire.ts';

export interface VirtualProberOptions {
  readonly network: Network;
  readonly life: Life;
  readonly time: Time;
  readonly endpoint: Endpoint;
  readonly path: string;
  readonly rules: HealthRules;
  readonly observe: typeof observe;
  readonly onChange: (change: NonNullable<HealthStep['change']>) => void;
}

/** Asks one far side again and again how it is: the decisions of the real prober, over virtual requests. */
export class VirtualProber {
  readonly #options: VirtualProberOptions;
  readonly #pool: HttpPool;
  #rules: HealthRules;
  #state: HealthState = unknownHealth;
  #timer: Timer | null = null;
  #open = 0;
  #closed = false;
  #heardMs = Number.NEGATIVE_INFINITY;
  sinceMs: number;

  constructor(options: VirtualProberOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.sinceMs = options.time.nowMs();
    this.#pool = new HttpPool(options.network, options.life, options.endpoint, () => this.suspect());
    this.#probe();
  }

  get health(): CellHealth {
    return this.#state.health;
  }

  setRules(rules: HealthRules): void {
    this.#rules = rules;
  }

  heard(): void {
    this.#heardMs = this.#options.time.monotonicMs();
  }

  broke(reason: string): void {
    this.#take({ kind: 'broke', reason });
  }

  suspect(): void {
    this.#take({ kind: 'suspect' });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#pool.close();
  }

  #probe(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    const { time, path } = this.#options;
    const everyMs = this.#state.health === 'down' ? proberTimes.downIntervalMs : proberTimes.intervalMs;
    this.#timer = time.after(everyMs, () => this.#probe());
    if (this.#state.health === 'serving' && this.#pool.surelyWell) return this.#take({ kind: 'good' });
    const startedMs = time.monotonicMs();
    this.#open++;
    const end = (evidence: Evidence) => {
      timeout.cancel();
      this.#open--;
      this.#take(evidence);
    };
    const exchange = this.#pool.ask(
      { method: 'GET', path, headers: {}, body: null },
      ({ status }) => end(status === 200 ? { kind: 'good' } : { kind: 'bad', reason: 'unwell' }),
      (failure) => end({ kind: 'bad', reason: failure === 'unsent' ? 'refused' : 'reset' }),
    );
    const timeout = time.after(proberTimes.timeoutMs, () => {
      exchange.discard();
      end({ kind: 'silent', heard: this.#heardMs > startedMs });
    });
  }

  #take(evidence: Evidence): void {
    if (this.#closed) return;
    const { time, onChange, observe: decide } = this.#options;
    const step = decide(this.#state, evidence, time.monotonicMs(), this.#rules);
    this.#state = step.state;
    if (step.change) {
      this.sinceMs = time.nowMs();
      onChange(step.change);
    }
    if (step.probeNow && (this.#open === 0 || evidence.kind === 'bad')) time.soon(() => this.#probe());
  }
}
