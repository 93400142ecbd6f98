import { chmodSync, rmSync } from 'node:fs';
import { serveFramed, type FramedServer } from '../../cells/protocol/server.ts';
import type { CellMap } from '../../router/cell-map.ts';
import { EventRing } from '../events/ring.ts';
import type { StateFolder } from '../supervisor/state-folder.ts';
import type { World } from '../world/world.ts';
import { handlersOf } from './handlers.ts';
import { VirtualSession, type SessionOptions } from './session.ts';

/** The world gets more of its time so often, and at most so much of ours at once where it goes as fast as it can. */
const turnMs = 50;
const budgetMs = 40;

export interface VirtualOwnerOptions {
  readonly world: World;
  readonly folder: StateFolder;
  readonly session: SessionOptions;
}

/** Owns a world in virtual time, and the socket through which everyone else does, as a supervisor owns a real one. */
export class VirtualOwner {
  readonly session: VirtualSession;
  readonly ring = new EventRing();
  /** Policies that were set, beside those of the world's file. */
  policies: Readonly<Record<string, string>>;
  ready = false;
  ending = false;
  onEnd: () => void = () => {};
  /** Called with what broke, where the simulation did. */
  onLost: (why: string) => void = () => {};
  readonly #folder: StateFolder;
  #server: FramedServer | null = null;
  #timer: NodeJS.Timeout | null = null;
  #growth: Promise<void> = Promise.resolve();
  #lastMs = 0;

  constructor({ world, folder, session }: VirtualOwnerOptions) {
    this.#folder = folder;
    this.policies = world.policies;
    this.session = new VirtualSession(session);
    this.session.onEvents((events) => this.ring.push(events));
  }

  get name(): string {
    return this.#folder.name;
  }

  /** Where tenants live at the moment that is shown. */
  map(): CellMap {
    const { tenants, status } = this.session.snapshot();
    const entries = tenants.map(({ id, cell, epoch, override }) => [id, { cell, epoch, override }] as const);
    return { version: status.router.mapVersion ?? 0, tenants: Object.fromEntries(entries) };
  }

  async run(): Promise<void> {
    const { socket } = this.#folder;
    rmSync(socket, { force: true });
    const before = process.umask(0o177);
    this.#server = await serveFramed({ listen: { path: socket }, token: null, handlers: handlersOf(this) });
    process.umask(before);
    chmodSync(socket, 0o600);
    this.#growth = this.session.start();
    await this.#growth;
    this.ready = true;
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#turn(), turnMs);
  }

  untilReady(): Promise<void> {
    return this.#growth;
  }

  async end(): Promise<void> {
    this.ending = true;
    if (this.#timer) clearInterval(this.#timer);
    // Whoever waits for an answer gets it before the socket closes.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#server?.close();
    rmSync(this.#folder.socket, { force: true });
  }

  #turn(): void {
    const nowMs = performance.now();
    const elapsedMs = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    this.session
      .pass(elapsedMs, budgetMs, () => performance.now())
      .catch((error: unknown) => this.onLost(error instanceof Error ? (error.stack ?? error.message) : String(error)));
  }
}
