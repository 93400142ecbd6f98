import type { Event } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/time.ts';
import type { LiveWorld } from '../commands/live-world.ts';
import type { JudgedWorld } from '../judge/contract.ts';
import type { FaultStatus, Status } from '../state/status.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import { cellOf } from '../world/address.ts';
import { lossesOf } from '../world/services.ts';
import type { World } from '../world/world.ts';
import type { WorldDriver } from './driver.ts';
import type { Action } from './scenario.ts';
import { skippedInvariants } from './skipped-invariants.ts';
import { WorldRecorder } from './world-recorder.ts';

export interface LiveDriverOptions {
  readonly connection: LiveWorld;
  /** As it was grown. */
  readonly world: World;
  /** Who does what is done, for the world's log: the scenario's name. */
  readonly by: string;
  /** A folder of the driver's own, for what is recorded until it is in order. */
  readonly spool: string;
  /** Ends the world, where it was grown for this run. */
  readonly endWorld: () => Promise<void>;
}

/** A fault is proven within 30 s or reported as unproven; the answer needs a little more. */
const stepMsMax = 60_000;
/** A move goes on while a fault keeps it from ending. */
const moveMsMax = 3_600_000;

/** Drives a world of processes or containers over its supervisor's socket, and records it from its event files. */
export class LiveDriver implements WorldDriver {
  readonly on: SubstrateName;
  readonly #options: LiveDriverOptions;
  readonly #recorder: WorldRecorder;
  readonly #waiting = new Map<NodeJS.Timeout, () => void>();
  /** Those who wait for a tenant's move to begin. */
  readonly #begun = new Map<string, () => void>();
  #ended = false;

  constructor(options: LiveDriverOptions) {
    const { world, connection, spool } = options;
    this.on = world.on;
    this.#options = options;
    this.#recorder = new WorldRecorder(connection.folder.events, spool, world.on === 'docker' ? 'docker' : 'process');
    this.#recorder.onEvents((events) => {
      for (const event of events) if (event.kind === 'move.begun') this.#begun.get(String(event['tenant']))?.();
    });
  }

  /** The name of the world, as `petri status --name` takes it. */
  get name(): string {
    return this.#options.world.name;
  }

  nowT(): number {
    return monotonicMicros();
  }

  wait(ms: number): Promise<void> {
    if (this.#ended) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(
        () => {
          this.#waiting.delete(timer);
          resolve();
        },
        Math.max(0, ms),
      );
      this.#waiting.set(timer, resolve);
    });
  }

  onEvents(listener: (events: readonly Event[]) => void): void {
    this.#recorder.onEvents(listener);
  }

  settled(): Promise<void> {
    return this.#recorder.settled();
  }

  replay(listener: (events: readonly Event[]) => void): Promise<void> {
    return this.#recorder.replay(listener);
  }

  status(): Promise<Status> {
    return this.#options.connection.call('status', {});
  }

  inject(request: Parameters<WorldDriver['inject']>[0]): Promise<FaultStatus> {
    return this.#options.connection.call('fault.inject', { ...request, by: this.#options.by }, stepMsMax);
  }

  heal(id: string | null): Promise<readonly FaultStatus[]> {
    return this.#options.connection.call('fault.heal', { id }, stepMsMax);
  }

  async setPolicy(name: string, value: string): Promise<void> {
    await this.#options.connection.call('policy.set', { name, value });
  }

  async act(action: Action): Promise<void> {
    const { connection, by } = this.#options;
    switch (action.do) {
      case 'restart':
        await connection.call('restart', { target: action.target, by }, stepMsMax);
        return;
      case 'tenant-add':
        await connection.call('tenant.add', { tenant: action.tenant, cell: action.cell });
        return;
      case 'pin':
        if (action.cell !== null) return this.#move(action.tenant, action.cell, 'pin');
        await connection.call('tenant.override', { tenant: action.tenant, override: 'pinned' });
        return;
      case 'quarantine':
        if (action.to !== null) return this.#move(action.tenant, action.to, 'quarantine');
        await connection.call('tenant.override', { tenant: action.tenant, override: 'quarantined' });
        return;
      case 'move':
        return this.#move(action.tenant, action.to, 'move');
      case 'drain':
      case 'evacuate':
        // It goes on by itself; what comes of it the record tells.
        await connection.call('cell.empty', { cell: action.cell, how: action.do }, stepMsMax);
        return;
      case 'scale':
        await connection.call('scale', { cell: action.cell, service: action.service, count: action.count }, stepMsMax);
        return;
      case 'redrive':
        await connection.call('redrive', { cell: action.cell }, stepMsMax);
        return;
      case 'traffic': {
        const { do: _, ...change } = action;
        await connection.call('traffic.set', change);
      }
    }
  }

  async readBack(withinMs: number): Promise<void> {
    await this.#options.connection.call('read-back', { withinMs }, withinMs + stepMsMax);
  }

  async estate(): Promise<Omit<JudgedWorld, 'seed'>> {
    const { connection, world } = this.#options;
    const [status, tenants] = await Promise.all([this.status(), connection.call('tenants', {})]);
    const parts = [...status.components, ...status.cells.flatMap(({ components }) => components)];
    return {
      on: this.on,
      map: {
        version: status.router.mapVersion ?? 0,
        tenants: Object.fromEntries(
          tenants.map(({ id, cell, epoch, override }) => [id, { cell, epoch, override }] as const),
        ),
      },
      parts: parts.map(({ address, kind, role }) => ({ address, kind, cell: cellOf(address), role })),
      onLoss: lossesOf(world),
      replaceAfterMs: world.cell.replaceAfterMs,
      client: 'traffic',
      skipped: skippedInvariants(world),
    };
  }

  async end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    for (const [timer, resolve] of this.#waiting) {
      clearTimeout(timer);
      resolve();
    }
    this.#recorder.close();
    await this.#options.endWorld();
    this.#options.connection.close();
  }

  /** Resolves once it has begun. Whether it succeeds is for its events to say: what is done to it meanwhile may well be what the scenario is about. */
  #move(tenant: string, cell: string, as: 'move' | 'pin' | 'quarantine'): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#begun.set(tenant, resolve);
      this.#options.connection.call('tenant.move', { tenant, cell, as }, moveMsMax).then(() => resolve(), reject);
    });
  }
}
