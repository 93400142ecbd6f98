import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { CellHealth } from './contract.ts';
import {
  unknownHealth,
  type Evidence,
  type HealthRules,
  type HealthState,
  type HealthStep,
  type observe,
} from './health.ts';
import type { ResponseHead } from './http/response-head.ts';
import { UpstreamSocket, type UpstreamFailure, type UpstreamListener } from './http/upstream-socket.ts';

export interface ProberOptions {
  readonly endpoint: Endpoint;
  /** Asked for with GET. */
  readonly path: string;
  /** Which statuses are well; without it 200 alone. */
  readonly isWell?: (status: number) => boolean;
  readonly rules: HealthRules;
  readonly observe: typeof observe;
  readonly intervalMs: number;
  readonly downIntervalMs: number;
  /**
   * How long a probe waits. Probes overlap: a far side must be silent for this long and one interval more before it counts as
   * silent twice, which a starved machine seldom is, and the two are over within 1.5 s.
   */
  readonly timeoutMs: number;
  readonly onChange: (change: NonNullable<HealthStep['change']>) => void;
}

/** Asks one far side again and again how it is, and keeps what it and the real requests say of its health. */
export class HealthProber {
  readonly #options: ProberOptions;
  #rules: HealthRules;
  #state: HealthState = unknownHealth;
  #sinceMs = Date.now();
  #timer: NodeJS.Timeout | null = null;
  #kept: UpstreamSocket | null = null;
  readonly #open = new Set<Probe>();
  #closed = false;
  #heardMs = -Infinity;

  constructor(options: ProberOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.#probe();
  }

  get health(): CellHealth {
    return this.#state.health;
  }

  /** Unix milliseconds of the last change. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  setRules(rules: HealthRules): void {
    this.#rules = rules;
  }

  /** A real answer came, whatever its status: it is not silent. */
  heard(): void {
    this.#heardMs = performance.now();
  }

  /** The connection of a real request broke before its answer. */
  broke(reason: string): void {
    this.#take({ kind: 'broke', reason });
  }

  /** An idle connection was closed by the far side. */
  suspect(): void {
    this.#take({ kind: 'suspect' });
  }

  close(): void {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    for (const probe of this.#open) probe.cancel();
    this.#kept?.destroy();
  }

  #probe(): void {
    if (this.#closed) return;
    if (this.#timer) clearTimeout(this.#timer);
    const { intervalMs, downIntervalMs } = this.#options;
    this.#timer = setTimeout(() => this.#probe(), this.#state.health === 'down' ? downIntervalMs : intervalMs);
    const socket = this.#kept ?? this.#connect();
    this.#kept = null;
    const probe = new Probe(socket, this.#options, (evidence) => {
      this.#open.delete(probe);
      if (evidence.kind === 'silent') this.#take({ kind: 'silent', heard: this.#heardMs > probe.startedMs });
      else this.#take(evidence);
    });
    this.#open.add(probe);
  }

  #connect(): UpstreamSocket {
    return new UpstreamSocket(this.#options.endpoint, {
      onFree: (socket) => {
        if (this.#kept || this.#closed) socket.destroy();
        else this.#kept = socket;
      },
      onGone: (socket, idle) => {
        if (this.#kept === socket) this.#kept = null;
        if (idle) this.suspect();
      },
    });
  }

  #take(evidence: Evidence): void {
    if (this.#closed) return;
    const step = this.#options.observe(this.#state, evidence, performance.now(), this.#rules);
    this.#state = step.state;
    if (step.change) {
      this.#sinceMs = Date.now();
      this.#options.onChange(step.change);
    }
    // One look at a time: thirty broken requests ask for one probe, and one that was already refused asks again.
    if (step.probeNow && (this.#open.size === 0 || evidence.kind === 'bad')) setImmediate(() => this.#probe());
  }
}

/** One question and what came of it. */
class Probe implements UpstreamListener {
  readonly startedMs = performance.now();
  readonly #socket: UpstreamSocket;
  readonly #done: (evidence: Evidence) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #isWell: (status: number) => boolean;
  #status = 0;
  #ended = false;

  constructor(socket: UpstreamSocket, options: ProberOptions, done: (evidence: Evidence) => void) {
    this.#socket = socket;
    this.#done = done;
    this.#isWell = options.isWell ?? ((status) => status === 200);
    // A router that was itself stopped or starved reads what has arrived before it blames the far side.
    this.#timer = setTimeout(
      () => setImmediate(() => setImmediate(() => this.#end({ kind: 'silent', heard: false }))),
      options.timeoutMs,
    );
    const host = `${options.endpoint.host}:${options.endpoint.port}`;
    socket.send(`GET ${options.path} HTTP/1.1\r\nhost: ${host}\r\n\r\n`, 'GET', this);
  }

  cancel(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket.destroy();
  }

  onWhole(head: ResponseHead): void {
    this.#answered(head.status);
  }

  onHead(head: ResponseHead): void {
    this.#status = head.status;
  }

  onBody(): void {}

  onEnd(): void {
    this.#answered(this.#status);
  }

  onFailure(failure: UpstreamFailure): void {
    this.#end({ kind: 'bad', reason: failure.kind === 'unsent' ? 'refused' : 'reset' });
  }

  #answered(status: number): void {
    this.#end(this.#isWell(status) ? { kind: 'good' } : { kind: 'bad', reason: 'unwell' });
  }

  #end(evidence: Evidence): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    if (evidence.kind === 'silent') this.#socket.destroy();
    this.#done(evidence);
  }
}
