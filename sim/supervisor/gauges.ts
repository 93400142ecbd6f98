import { QueueCountsReader, type AllQueueCounts } from '../../cells/sqs/counts.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { RouterStatus } from '../../router/contract.ts';
import { QueueWatch } from '../state/queue-watch.ts';
import type { ReadBack, TrafficStatus } from '../state/status.ts';
import type { AdminConnections } from './admin.ts';

const everyMs = 500;

export interface GaugesOptions {
  readonly admin: AdminConnections;
  /** The cells that have a queue of Petri's. */
  readonly queues: readonly string[];
  readonly routers: readonly string[];
  readonly queueEndpoint: (cell: string) => Promise<Endpoint>;
  readonly queuePassword: string | null;
}

/** What has to be asked for, twice a second: queue counts, the routers' and the traffic's own figures. Asking changes nothing. */
export class Gauges {
  readonly #options: GaugesOptions;
  /** What each cell's queues were found to hold, and where they are going. */
  readonly watches = new Map<string, QueueWatch>();
  readonly #counts = new Map<string, AllQueueCounts | null>();
  readonly #routers = new Map<string, RouterStatus | null>();
  readonly #readers = new Map<string, QueueCountsReader>();
  #traffic: TrafficStatus | null = null;
  #readBack: ReadBack | null = null;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  readonly #busy = new Set<string>();

  constructor(options: GaugesOptions) {
    this.#options = options;
  }

  start(): void {
    for (const cell of this.#options.queues) {
      this.watches.set(cell, new QueueWatch());
      void this.#options.queueEndpoint(cell).then((at) => {
        if (!this.#stopped) this.#readers.set(cell, new QueueCountsReader(at, this.#options.queuePassword));
      });
    }
    this.#timer = setInterval(() => void this.read(), everyMs);
    void this.read();
  }

  stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#stopped = true;
    for (const reader of this.#readers.values()) reader.close();
  }

  /** The counts of now; null where the engine does not answer. */
  counts(cell: string): AllQueueCounts | null {
    return this.#counts.get(cell) ?? null;
  }

  deadLetters(cell: string): number | null {
    return this.counts(cell)?.deadLetter.waiting ?? null;
  }

  router(address: string): RouterStatus | null {
    return this.#routers.get(address) ?? null;
  }

  get traffic(): TrafficStatus | null {
    return this.#traffic;
  }

  get readBack(): ReadBack | null {
    return this.#readBack;
  }

  async startReadBack(fault: string, tenants: readonly string[]): Promise<void> {
    this.#readBack = await this.#options.admin.call<ReadBack>('traffic', 'readback.start', { fault, tenants });
  }

  /** Reads everything once; what hangs holds up only itself. */
  async read(): Promise<void> {
    const { admin, queues, routers } = this.#options;
    await Promise.all([
      ...queues.map((cell) => this.#once(`queue ${cell}`, () => this.#readQueue(cell))),
      ...routers.map((address) => this.#once(address, () => this.readRouter(address))),
      this.#once('traffic', async () => {
        this.#traffic = await admin.call<TrafficStatus>('traffic', 'status', {}, 1000).catch(() => null);
        if (this.#traffic !== null && this.#readBack !== null && !this.#readBack.done) {
          this.#readBack = await admin.call<ReadBack | null>('traffic', 'readback.status', {}, 1000);
        }
      }),
    ]);
  }

  async readRouter(address: string): Promise<void> {
    const status = await this.#options.admin.call<RouterStatus>(address, 'status', {}, 1000).catch(() => null);
    this.#routers.set(address, status);
  }

  async #readQueue(cell: string): Promise<void> {
    const at = Date.now();
    const counts =
      (await this.#readers
        .get(cell)
        ?.read(at)
        .catch(() => null)) ?? null;
    this.#counts.set(cell, counts);
    const watch = this.watches.get(cell);
    const nowMs = monotonicMicros() / 1000;
    for (const queue of ['standard', 'xl'] as const) watch?.read(queue, counts?.[queue] ?? null, nowMs, at);
  }

  async #once(name: string, read: () => Promise<void>): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#busy.add(name);
    await read()
      .catch(() => {})
      .finally(() => this.#busy.delete(name));
  }
}
