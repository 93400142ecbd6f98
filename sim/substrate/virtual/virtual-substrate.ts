import type { EventSink, Event } from '../../../cells/runtime/events.ts';
import { MemoryItems } from '../../../cells/dynamodb/memory-items.ts';
import { startDynamodb } from '../../../cells/dynamodb/server.ts';
import type { DynamodbSettings, Write } from '../../../cells/dynamodb/contract.ts';
import { startAurora } from '../../../cells/aurora/server.ts';
import type { PartConfig } from '../../../cells/runtime/part-config.ts';
import type { PartContext, RunningPart } from '../../../cells/runtime/part.ts';
import type { CellMap } from '../../../router/cell-map.ts';
import type { MapFile } from '../../../router/map-file.ts';
import { startControl } from '../../pilot/server.ts';
import { startTraffic } from '../../traffic/traffic.ts';
import type { PartSpec } from '../../world/part.ts';
import type { OutsideChange, PartExit, PartObservation, PartState, Substrate } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { deciding } from './deciding.ts';
import { Life } from './life.ts';
import { MemoryStorage, MemoryVolume } from './memory-aurora.ts';
import { startVirtualAlb } from './virtual-alb.ts';
import { startVirtualLinks } from './virtual-links.ts';
import { QueueState, VirtualQueue } from './virtual-queue.ts';
import { startVirtualRouter } from './virtual-router.ts';
import { sinkOf, virtualRuntime } from './virtual-runtime.ts';
import { startVirtualWeb, startVirtualWorker, type ExportFiles } from './virtual-tasks.ts';
import { VirtualHttp } from './virtual-traffic.ts';
import type { Network } from './wire.ts';

/** What a process takes from its start until it runs its first line, in microseconds. */
const startsT = 250_000;

interface Part {
  readonly spec: PartSpec;
  life: Life;
  running: RunningPart | null;
  state: PartState;
  lives: number;
}

export interface VirtualSubstrateOptions {
  readonly network: Network;
  readonly onEvent: (event: Event) => void;
  /** What an engine keeps across its death. */
  readonly engineKeeps: boolean;
}

/** Parts that live in virtual time. Every program but the HTTP servers, the queue engine and the disks is the real one. */
export class VirtualSubstrate implements Substrate {
  readonly name = 'virtual' as const;
  readonly #options: VirtualSubstrateOptions;
  readonly #parts = new Map<string, Part>();
  readonly #onExit: ((exit: PartExit) => void)[] = [];
  readonly #volumes = new Map<string, MemoryVolume>();
  readonly #items = new Map<string, MemoryItems>();
  readonly #queues = new Map<string, QueueState>();
  readonly #files = new Map<string, ExportFiles>();
  readonly #maps = new Map<string, CellMap>();
  readonly #engines = new Map<string, VirtualQueue>();

  constructor(options: VirtualSubstrateOptions) {
    this.#options = options;
  }

  async start(spec: PartSpec): Promise<void> {
    const { address } = spec;
    const before = this.#parts.get(address);
    if (before && (before.state === 'running' || before.state === 'paused' || before.state === 'starting')) return;
    const { network } = this.#options;
    const lives = (before?.lives ?? 0) + 1;
    const life = new Life(address, `${address.replaceAll('/', '-')}.${lives}`, network.scheduler);
    const part: Part = { spec, life, running: null, state: 'starting', lives };
    this.#parts.set(address, part);
    await new Promise<void>((resolve) => void network.scheduler.plan(startsT, resolve));
    if (!life.alive) throw new Error(`${address} ended before it served`);
    part.running = await this.#run(spec, life);
    if (!life.alive) throw new Error(`${address} ended before it served`);
    part.state = life.paused ? 'paused' : 'running';
  }

  async stop(address: string): Promise<void> {
    const part = this.#living(address);
    if (!part) return;
    const { scheduler } = this.#options.network;
    const stopped = Promise.resolve(part.running?.stop()).catch(() => {});
    await Promise.race([stopped, new Promise<void>((resolve) => void scheduler.plan(5_000_000, resolve))]);
    this.#end(part, 0, null);
  }

  // eslint-disable-next-line typescript/require-await
  async kill(address: string): Promise<void> {
    const part = this.#living(address);
    if (part) this.#end(part, null, 'SIGKILL');
  }

  // eslint-disable-next-line typescript/require-await
  async pause(address: string): Promise<void> {
    const part = this.#living(address);
    if (!part) return;
    part.life.pause();
    part.state = 'paused';
  }

  // eslint-disable-next-line typescript/require-await
  async resume(address: string): Promise<void> {
    const part = this.#living(address);
    if (!part) return;
    part.life.resume();
    part.state = 'running';
    for (const link of this.#options.network.links.values())
      if (link.life === part.life) for (const wire of link.wires) wire.released();
  }

  /** Ends a part and drops what its disk has not taken. */
  async powerLoss(address: string): Promise<void> {
    const volume = this.#parts.get(address)?.spec.volume ?? null;
    await this.kill(address);
    if (volume !== null) this.#volumes.get(volume)?.powerLoss();
  }

  /** Empties a volume; how many files it held. */
  wipe(volume: string): number {
    const held = this.#volumes.get(volume)?.wipe() ?? 0;
    const items = this.#items.delete(volume) ? 1 : 0;
    const files = this.#files.get(volume)?.size ?? 0;
    this.#files.delete(volume);
    const maps = this.#maps.delete(volume) ? 1 : 0;
    return held + items + files + maps;
  }

  disconnect(): Promise<void> {
    return Promise.reject(notHere('disconnect needs a world on docker'));
  }

  reconnect(): Promise<void> {
    return Promise.reject(notHere('disconnect needs a world on docker'));
  }

  limit(): Promise<void> {
    return Promise.reject(notHere('limits need a world on docker'));
  }

  exhaustMemory(): Promise<void> {
    return Promise.reject(notHere('memory is exhausted in a world on docker'));
  }

  observe(address: string): Promise<PartObservation> {
    return Promise.resolve(this.look(address));
  }

  observeAll(): Promise<readonly PartObservation[]> {
    return Promise.resolve([...this.#parts.keys()].map((address) => this.look(address)));
  }

  look(address: string): PartObservation {
    const state = this.#parts.get(address)?.state ?? 'stopped';
    return { address, state, pid: null, containerId: null, memoryBytes: null };
  }

  onExit(listener: (exit: PartExit) => void): void {
    this.#onExit.push(listener);
  }

  /** There is nobody else. */
  onOutsideChange(_listener: (change: OutsideChange) => void): void {}

  logFiles(): readonly string[] {
    return [];
  }

  // eslint-disable-next-line typescript/require-await
  async destroy(): Promise<void> {
    for (const { life } of this.#parts.values()) life.end();
  }

  /** What a volume of items holds, for whoever watches from outside. */
  itemsOf(volume: string): MemoryItems {
    return this.#items.get(volume) ?? new MemoryItems();
  }

  /** What a cell's queue engine holds; null where it does not run. */
  queueCounts(cell: string): ReturnType<VirtualQueue['counts']> | null {
    const part = this.#parts.get(`${cell}/sqs`);
    return part?.state === 'running' ? (this.#engines.get(`${cell}/sqs`)?.counts() ?? null) : null;
  }

  #living(address: string): Part | null {
    const part = this.#parts.get(address);
    return part?.life.alive && part.state !== 'stopped' && part.state !== 'dead' ? part : null;
  }

  #end(part: Part, code: number | null, signal: string | null): void {
    if (!part.life.alive) return;
    part.life.end();
    part.state = signal === null ? 'stopped' : 'dead';
    for (const tell of this.#onExit) tell({ address: part.spec.address, pid: null, code, signal });
  }

  #run(spec: PartSpec, life: Life): Promise<RunningPart> {
    const { run, volume } = spec;
    if (!('config' in run)) throw notHere(`${spec.address} is a service of your own, and those have no virtual time`);
    const { network, onEvent } = this.#options;
    const config = run.config as PartConfig<never>;
    const runtime = virtualRuntime(network, life, config.volumeBytes ?? null);
    const events: EventSink = sinkOf(life, network.scheduler, runtime.time, onEvent);
    const context: PartContext<never> = { config, events, runtime };
    const own = { network, life };
    switch (run.program) {
      case 'aurora':
        return startAurora(deciding(context, 'aurora'), () => new MemoryStorage(this.#volumeOf(volume)));
      case 'dynamodb':
        return startDynamodb(context, (asked) => this.#openItems(volume, asked));
      case 'queue-engine':
        return this.#startEngine(context, volume);
      case 'links':
        return startVirtualLinks(context, own);
      case 'alb':
        return startVirtualAlb(deciding(context, 'alb'), own);
      case 'router':
        return startVirtualRouter(deciding(context, 'router'), { ...own, file: this.#mapFileOf(volume) });
      case 'web':
        return startVirtualWeb(deciding(context, 'web'), own);
      case 'worker':
        return startVirtualWorker(deciding(context, 'worker'), this.#filesOf(volume));
      case 'control':
        return startControl(deciding(context, 'control'));
      case 'traffic':
        return startTraffic(context, (routers) => new VirtualHttp(network, life, runtime.time, routers));
      default:
        throw notHere(`${spec.address} has no virtual time`);
    }
  }

  async #startEngine({ config, runtime }: PartContext<never>, volume: string | null): Promise<RunningPart> {
    const key = volume ?? '';
    let state = this.#queues.get(key);
    if (!state) this.#queues.set(key, (state = new QueueState()));
    if (!this.#options.engineKeeps) state.clear();
    const queue = new VirtualQueue(state, runtime.time, !this.#options.engineKeeps);
    if (!config.listen) throw new Error(`${config.address} needs listen`);
    this.#engines.set(config.address, queue);
    await runtime.serve({ listen: config.listen, token: config.token, handlers: queue.handlers() });
    return { stop() {} };
  }

  #openItems(volume: string | null, { settings }: PartConfig<DynamodbSettings>) {
    const key = volume ?? '';
    let items = this.#items.get(key);
    if (!items) {
      this.#items.set(key, (items = new MemoryItems()));
      items.write(settings.seed.map((keyed): Write => ({ op: 'put', ...keyed })));
    }
    return { items, pragmas: {} };
  }

  #mapFileOf(volume: string | null): MapFile {
    const key = volume ?? '';
    return { read: () => this.#maps.get(key), write: (map) => void this.#maps.set(key, map) };
  }

  #volumeOf(volume: string | null): MemoryVolume {
    const key = volume ?? '';
    let found = this.#volumes.get(key);
    if (!found) this.#volumes.set(key, (found = new MemoryVolume()));
    return found;
  }

  #filesOf(volume: string | null): ExportFiles {
    const key = volume ?? '';
    let found = this.#files.get(key);
    if (!found) this.#files.set(key, (found = new Map()));
    return found;
  }
}

function notHere(message: string): SubstrateError {
  return new SubstrateError('not-here', message);
}
