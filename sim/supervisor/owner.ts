import { chmodSync, rmSync } from 'node:fs';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { serveFramed, type FramedServer } from '../../cells/protocol/server.ts';
import { handlersOf } from './handlers.ts';
import type { Ledger } from './ledger.ts';
import { LiveWorld } from './live-world.ts';
import type { SupervisorStart } from './start.ts';
import type { StateFolder } from './state-folder.ts';

/** How often ports are chosen before the reason is told. */
const triesMax = 3;

/** In the words of Node, and of the Docker engine where another container has it. */
const portTaken = /EADDRINUSE|address already in use|port is already allocated/;

export interface OwnerOptions {
  readonly start: SupervisorStart;
  readonly folder: StateFolder;
  readonly ledger: Ledger;
  readonly token: string;
}

export interface Progress {
  readonly text: string;
  readonly done: number;
  readonly total: number;
}

/** Owns the world that lives, and the socket through which everyone else does: it outlives a `reset`, in which the world is grown anew. */
export class Owner {
  readonly #options: OwnerOptions;
  #world: LiveWorld | null = null;
  #server: FramedServer | null = null;
  #composing: Promise<void> | null = null;
  #growth: Promise<void> | null = null;
  #growing = false;
  #resetting: Promise<void> | null = null;
  #ending = false;
  readonly #replaced = new Set<() => void>();
  #progress: Progress = { text: 'starting', done: 0, total: 1 };
  /** Called when a client asked for the end of the world. */
  onEnd: () => void = () => {};
  /** Called with a sentence when somebody took the world away. */
  onLost: (why: string) => void = () => {};

  constructor(options: OwnerOptions) {
    this.#options = options;
  }

  get world(): LiveWorld {
    if (!this.#world) throw new Error('the world is not composed yet');
    return this.#world;
  }

  get progress(): Progress {
    return this.#progress;
  }

  get ending(): boolean {
    return this.#ending;
  }

  get ready(): boolean {
    return this.#world?.observer.serving ?? false;
  }

  /** Opens the socket and grows the world. Rejects where it cannot be grown. */
  async run(): Promise<void> {
    await this.#compose();
    const { socket } = this.#options.folder;
    rmSync(socket, { force: true });
    const before = process.umask(0o177);
    this.#server = await serveFramed({ listen: { path: socket }, token: null, handlers: handlersOf(this) });
    process.umask(before);
    chmodSync(socket, 0o600);
    await this.#startGrowing();
  }

  /** A port that was free when it was chosen may be another's by the time its part listens: then all is chosen again. */
  async #growUntilPortsAreFree(): Promise<void> {
    for (let left = triesMax - 1; ; left--) {
      try {
        return await this.#grow();
      } catch (error) {
        const taken = error instanceof Error && portTaken.test(error.message);
        if (!taken || left === 0) throw error;
        await this.world.end();
        await this.#compose();
      }
    }
  }

  /** Resolves once the world serves. Rejects with the reason why it never will. */
  async untilReady(): Promise<void> {
    await this.#growth;
  }

  /** Two that ask at once get the same new world. Rejects `unavailable` while the world is still growing. */
  reset(): Promise<void> {
    if (this.#resetting) return this.#resetting;
    if (this.#growing)
      throw new RpcError('unavailable', 'the world is still growing; petri status shows how far it is');
    this.#resetting = this.#reset().finally(() => (this.#resetting = null));
    return this.#resetting;
  }

  /** Calls back for each world that takes the place of another; returns how to stop that. */
  onReplaced(tell: () => void): () => void {
    this.#replaced.add(tell);
    return () => this.#replaced.delete(tell);
  }

  async end(): Promise<void> {
    this.#ending = true;
    // What is still being made ends itself once it is made: before that nobody could find it.
    await this.#composing?.catch(() => {});
    await this.#world?.end();
    // A reset under way composes nothing any more; what it had composed is ended too.
    await this.#resetting?.catch(() => {});
    // Whoever waits for that answer gets it before the socket closes.
    await new Promise((resolve) => setTimeout(resolve, 10));
    await this.#server?.close();
    rmSync(this.#options.folder.socket, { force: true });
  }

  async #reset(): Promise<void> {
    const { ledger } = this.#options;
    const open = this.world.faults.open();
    await this.world.end();
    for (const { status } of open) ledger.append({ kind: 'healed', id: status.id });
    if (this.#ending) throw ended();
    await this.world.erase();
    await this.#compose();
    for (const tell of this.#replaced) tell();
    await this.#startGrowing();
  }

  #startGrowing(): Promise<void> {
    this.#growing = true;
    this.#growth = this.#growUntilPortsAreFree()
      .catch((error: unknown) => {
        // Parts that are ended while they start fail, each in its own words; the reason is one.
        throw this.#ending ? ended() : error;
      })
      .finally(() => (this.#growing = false));
    return this.#growth;
  }

  #compose(): Promise<void> {
    this.#composing = this.#composeWorld();
    return this.#composing;
  }

  async #composeWorld(): Promise<void> {
    const { start, folder, ledger, token } = this.#options;
    const world = await LiveWorld.compose({
      world: start.world,
      folder,
      ledger,
      token,
      docker: start.docker,
    });
    if (this.#ending) {
      await world.end();
      throw ended();
    }
    this.#world = world;
    void world.lost?.then((why) => this.onLost(why));
  }

  #grow(): Promise<void> {
    return this.world.grow((text, done, total) => {
      this.#progress = { text, done, total };
      this.#server?.notifyAll('progress', this.#progress);
    });
  }
}

function ended(): RpcError {
  return new RpcError('unavailable', 'petri down ended the world before it was grown');
}
