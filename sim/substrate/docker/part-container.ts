import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';
import type { PartSize } from '../../world/part.ts';
import { hostOf } from '../../world/docker-places.ts';
import type { OutsideChange, PartExit, PartObservation } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { ContainerLife } from './container-life.ts';
import { containerOptions, hashOf, limitsOf, type ContainerRequest } from './container-options.ts';
import { ask, askUnless, EngineError } from './engine-call.ts';
import { fillMemory } from './memory-exhaustion.ts';
import type { Gate } from './gate.ts';
import { labelNames, type Ownership } from './names.ts';

/** One part as a container: what to ask the engine for, what to tell the program, how to see that it serves. */
export interface ContainerPlan {
  readonly request: ContainerRequest;
  /** What it reads on standard input. */
  readonly input: string;
  /** Whether it reads to the end of standard input before it begins. */
  readonly inputEnds: boolean;
  /** Asks whether it serves; null for programs that say so themselves. */
  readonly probe: (() => Promise<boolean>) | null;
  /**
   * The id of the container that somebody else has made for it, as Compose does; null where there is none. That one is started
   * and stopped here, and never changed or removed; it knows its config and reads nothing.
   */
  readonly findTheirs?: () => Promise<string | null>;
}

export interface ContainerSurroundings {
  readonly docker: Dockerode;
  readonly owner: Ownership;
  readonly stateFolder: string;
  /** Makes what the container needs before it can be created: its volume. */
  readonly prepareFor: (plan: ContainerPlan) => Promise<void>;
  /** What starts a container goes through here, a few at a time: the first time, and again while the world serves. */
  readonly gates: { readonly first: Gate; readonly again: Gate };
  readonly onCreated: (address: string, id: string) => void;
  readonly onExit: (exit: PartExit) => void;
  readonly onOutsideChange: (change: OutsideChange) => void;
}

/** A container's memory is filled within seconds. */
const exhaustedWithinMs = 20_000;

/** On a busy machine an engine may fail to freeze a container whose processes come and go meanwhile (seen with runc on 20.10). */
const freezesMax = 5;

type Inspection = Awaited<ReturnType<Dockerode.Container['inspect']>>;

/** A container is cut off from its networks by us, by somebody else, or not at all. */
type Cut = 'no' | 'here' | 'outside';

/**
 * One part's container over all its lives. Everything that is done to it, and every look at it, waits in one line, so that a
 * look never sees half of what was asked for here: what it finds beyond that, somebody else has done.
 */
export class PartContainer {
  readonly address: string;
  readonly #around: ContainerSurroundings;
  #plan: ContainerPlan;
  #id: string | null = null;
  /** It is a container that somebody else has made. */
  #isTheirs = false;
  #life: ContainerLife | null = null;
  #cut: Cut = 'no';
  /** What it may use instead of what its plan says. */
  #limit: Partial<PartSize> = {};
  /** Its address on each network, as long as it lives: its open connections are bound to it. */
  readonly #ownAddresses = new Map<string, string>();
  #line: Promise<unknown> = Promise.resolve();
  #lookWaits = false;
  #over = false;
  memoryBytes: number | null = null;

  constructor(plan: ContainerPlan, around: ContainerSurroundings) {
    this.address = plan.request.address;
    this.#plan = plan;
    this.#around = around;
  }

  get id(): string | null {
    return this.#id;
  }

  get alive(): boolean {
    return this.#life?.alive === true;
  }

  /** Starts it, in the container that it had where there is one. A life under way is joined. */
  start(plan: ContainerPlan): Promise<void> {
    if (this.#life?.alive) return this.#life.ready;
    this.#plan = plan;
    const life = this.#beginLife();
    const { first, again } = this.#around.gates;
    const gate = this.#id === null ? first : again;
    void this.#inLine(() => gate.through(() => this.#launch(life))).catch(async (error: Error) => {
      if (life.begun) await this.kill().catch(() => {});
      life.fail(launchError(this.address, error));
    });
    return life.ready;
  }

  async kill(): Promise<void> {
    const life = this.#life;
    if (!life?.alive) return;
    await this.#inLine(async () => {
      if (!life.alive || this.#id === null) return;
      await askUnless([404, 409], `kill ${this.address}`, this.#container().kill({ signal: 'SIGKILL' }));
      await this.#look();
    });
    await life.gone;
  }

  async stop(graceMs: number): Promise<void> {
    const life = this.#life;
    if (!life?.alive) return;
    life.askedToEnd = true;
    await this.#inLine(async () => {
      if (!life.alive || this.#id === null) return;
      await askUnless([404, 409], `stop ${this.address}`, this.#container().kill({ signal: 'SIGTERM' }));
      // A frozen container takes no signal but SIGKILL until it goes on.
      if (life.paused) await askUnless([404, 409, 500], `resume ${this.address}`, this.#container().unpause());
    });
    const timer = setTimeout(() => void this.kill().catch(() => {}), graceMs);
    await life.gone;
    clearTimeout(timer);
  }

  async pause(): Promise<void> {
    await this.#whileRunning('paused', async (life) => {
      for (let left = freezesMax - 1; !life.paused; left--) {
        try {
          await askUnless([409], `pause ${this.address}`, this.#container().pause());
          return;
        } catch (error) {
          if (left === 0 || !/unable to freeze/.test((error as Error).message)) throw error;
        }
      }
    });
    if (!this.alive) throw new SubstrateError('not-running', `${this.address} ended before it could be paused`);
  }

  async resume(): Promise<void> {
    await this.#whileRunning('resumed', async (life) => {
      if (life.paused) await askUnless([409, 500], `resume ${this.address}`, this.#container().unpause());
    });
  }

  async disconnect(): Promise<void> {
    await this.#whileRunning('cut off', async () => {
      this.#cut = 'here';
      await this.#leaveNetworks();
    });
  }

  async reconnect(): Promise<void> {
    await this.#inLine(async () => {
      if (this.#cut === 'no') return;
      const facts = await this.#inspect();
      if (facts) await this.#joinNetworks(facts);
      this.#cut = 'no';
    });
  }

  async limit(size: Partial<PartSize> | null): Promise<void> {
    await this.#inLine(async () => {
      this.#limit = size ?? {};
      if (this.#id === null) return;
      const limits = limitsOf({ ...this.#plan.request.size, ...this.#limit });
      await askUnless([404], `change what ${this.address} may use`, this.#container().update(limits));
    });
  }

  /** Fills its memory until the kernel kills it; resolves when it is gone. */
  async exhaustMemory(): Promise<void> {
    const life = this.#life;
    await this.#whileRunning('filled', async () => fillMemory(this.#container(), this.address));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>((resolve) => (timer = setTimeout(() => resolve('late'), exhaustedWithinMs)));
    const first = await Promise.race([life?.gone, late]);
    clearTimeout(timer);
    if (first === 'late')
      throw new SubstrateError('refused', `the kernel has not killed ${this.address} for want of memory`);
  }

  /** Looks at the container soon, and brings what is known up to what it is. */
  look(): void {
    if (this.#lookWaits || this.#over) return;
    this.#lookWaits = true;
    void this.#inLine(() => {
      this.#lookWaits = false;
      return this.#look();
    }).catch(() => {});
  }

  observe(): PartObservation {
    const life = this.#life;
    const state = life?.state ?? 'stopped';
    const running = state === 'running' || state === 'paused';
    const memoryBytes = running ? this.memoryBytes : null;
    const { size: planned } = this.#plan.request;
    const size = running ? { ...planned, ...this.#limit } : null;
    const containerId = state === 'stopped' || state === 'dead' ? null : this.#id;
    return { address: this.address, state, pid: null, containerId, memoryBytes, cutOff: this.#cut !== 'no', size };
  }

  /** From now on nothing is started any more. Resolves when nothing is under way. */
  async end(): Promise<void> {
    this.#over = true;
    await this.#line.catch(() => {});
  }

  /** Its container is gone, and so is whoever lived in it. */
  async removed(): Promise<void> {
    this.#id = null;
    await this.#life?.end(null);
  }

  #beginLife(): ContainerLife {
    this.#ownAddresses.clear();
    const life = new ContainerLife(this.address, this.#around.stateFolder, this.#plan.probe);
    this.#life = life;
    this.memoryBytes = null;
    void life.gone.then((exit) => this.#around.onExit(exit));
    // What has not served in time is ended, however it came to run.
    life.ready.catch(() => (life.alive ? void this.kill().catch(() => {}) : undefined));
    return life;
  }

  async #launch(life: ContainerLife): Promise<void> {
    this.#refuseWhenOver();
    const facts = await this.#ensureContainer();
    // Who starts a part again wants it on its networks, unless it is cut off on purpose.
    if (this.#cut !== 'here') await this.#joinNetworks(facts);
    const wasCut = this.#cut === 'outside';
    if (wasCut) this.#cut = 'no';
    // Nobody can attach to a container that is paused.
    if (facts.State.Paused) await askUnless([409, 500], `resume ${this.address}`, this.#container().unpause());
    await this.#attach(life);
    this.#refuseWhenOver();
    await askUnless([304], `start ${this.address}`, this.#container().start());
    life.begin();
    if (this.#isTheirs && facts.State.Running) life.takeAsServing();
    if (this.#cut === 'here') await this.#leaveNetworks();
    if (wasCut) this.#tell('connected');
    await this.#look();
  }

  #refuseWhenOver(): void {
    if (this.#over) throw new SubstrateError('destroyed', 'this world has been ended');
  }

  /** The container that it had, or a new one where that is gone, belongs to a dead supervisor, or does not fit any more. */
  async #ensureContainer(): Promise<Inspection> {
    const { docker, owner, onCreated, prepareFor } = this.#around;
    const theirs = (await this.#plan.findTheirs?.()) ?? null;
    this.#isTheirs = theirs !== null;
    if (theirs !== null) {
      this.#id = theirs;
      return ask(`look at ${this.address}`, docker.getContainer(theirs).inspect());
    }
    const known = this.#id === null ? null : await this.#inspect();
    if (known && this.#fits(known)) return known;
    if (known) await this.#remove(known);
    await prepareFor(this.#plan);
    const options = this.#options();
    const create = () => ask(`create ${this.address}`, docker.createContainer(options));
    const container = await create().catch(async (error: unknown) => {
      if (!(error instanceof EngineError) || error.status !== 409) throw error;
      const found = await ask(`look at ${options.name}`, docker.getContainer(options.name).inspect());
      if (found.Config.Labels[labelNames.project] !== owner.project) {
        throw new SubstrateError(
          'refused',
          `a container ${options.name} that is not Petri's is in the way: rename or remove it`,
        );
      }
      if (this.#fits(found) && !found.State.Running) return docker.getContainer(found.Id);
      await this.#remove(found);
      return create();
    });
    this.#id = container.id;
    onCreated(this.address, container.id);
    return ask(`look at ${this.address}`, container.inspect());
  }

  #options() {
    const { size } = this.#plan.request;
    return containerOptions(this.#around.owner, { ...this.#plan.request, size: { ...size, ...this.#limit } });
  }

  #fits({ Config: { Labels: labels } }: Inspection): boolean {
    const { owner } = this.#around;
    const sameLife = labels[labelNames.project] === owner.project && labels[labelNames.life] === owner.life;
    return sameLife && labels['com.docker.compose.config-hash'] === hashOf(owner, this.#plan.request);
  }

  async #remove(found: Inspection): Promise<void> {
    const container = this.#around.docker.getContainer(found.Id);
    await askUnless([404, 409], `remove ${found.Name}`, container.remove({ force: true }));
  }

  async #attach(life: ContainerLife): Promise<void> {
    const all = { stream: true, hijack: true, stdin: true, stdout: true, stderr: true };
    const stream = await ask(`attach to ${this.address}`, this.#container().attach(all));
    const { input, inputEnds } = this.#isTheirs ? { input: '', inputEnds: false } : this.#plan;
    life.attach(stream as Duplex, input, inputEnds);
  }

  /** Brings what is known up to what the container is. Only ever called in line. */
  async #look(): Promise<void> {
    const life = this.#life;
    const facts = await this.#inspect();
    if (!facts) this.#id = null;
    if (!facts?.State.Running) {
      if (life?.alive && life.begun) await life.end(facts ? facts.State.ExitCode : null);
      return;
    }
    if (this.#over) return;
    if (life?.alive) life.paused = facts.State.Paused;
    else await this.#adopt(facts);
    await this.#lookAtNetworks(facts);
  }

  /** Somebody else has started it: it waits for its config, and gets it. */
  async #adopt(facts: Inspection): Promise<void> {
    const life = this.#beginLife();
    life.paused = facts.State.Paused;
    await this.#attach(life).catch((error: Error) => life.fail(launchError(this.address, error)));
    life.begin();
    // It may have said so before anybody listened.
    if (this.#isTheirs) life.takeAsServing();
    this.#tell('started');
  }

  async #lookAtNetworks(facts: Inspection): Promise<void> {
    const missing = this.#missingNetworks(facts).length > 0;
    if (!missing && this.#cut === 'no') this.#noteAddresses(facts);
    if (missing && this.#cut === 'no') {
      this.#cut = 'outside';
      this.#tell('cut-off');
    } else if (!missing && this.#cut !== 'no') {
      // `docker network connect` alone does not give it back the name by which its neighbours know it.
      await this.#joinNetworks(facts);
      this.#cut = 'no';
      this.#tell('connected');
    }
  }

  #missingNetworks({ NetworkSettings: { Networks: joined } }: Inspection): readonly string[] {
    return this.#plan.request.networks.filter((network) => joined[network] === undefined);
  }

  async #joinNetworks({ Id, NetworkSettings: { Networks: joined } }: Inspection): Promise<void> {
    const alias = hostOf(this.address);
    for (const network of this.#plan.request.networks) {
      const aliases: readonly string[] | null | undefined = joined[network]?.Aliases;
      const own = this.#ownAddresses.get(network);
      const isAtHome = own === undefined || !this.alive || joined[network]?.IPAddress === own;
      if (aliases?.includes(alias) && isAtHome) continue;
      if (joined[network] !== undefined) await this.#leave(network, Id);
      await this.#join(network, Id, alias, this.alive ? (own ?? null) : null);
    }
  }

  /** With the address that it had, where that is still free and the network can give it. */
  async #join(network: string, id: string, alias: string, own: string | null): Promise<void> {
    const what = `connect ${this.address} to ${network}`;
    const joining = (config: object) =>
      ask(
        what,
        this.#around.docker
          .getNetwork(network)
          .connect({ Container: id, EndpointConfig: { Aliases: [alias], ...config } }),
      );
    if (own === null) return void (await joining({}));
    await joining({ IPAMConfig: { IPv4Address: own } }).catch((error: unknown) => {
      if (!(error instanceof EngineError) || error.status === null) throw error;
      return joining({});
    });
  }

  #noteAddresses({ NetworkSettings: { Networks: joined } }: Inspection): void {
    for (const network of this.#plan.request.networks) {
      const address = joined[network]?.IPAddress;
      if (address) this.#ownAddresses.set(network, address);
    }
  }

  async #leaveNetworks(): Promise<void> {
    const id = this.#id;
    if (id === null) return;
    await Promise.all(this.#plan.request.networks.map((network) => this.#leave(network, id)));
  }

  /** 403 and 500 with "is not connected": it had left already. */
  async #leave(network: string, id: string): Promise<void> {
    const leaving = this.#around.docker.getNetwork(network).disconnect({ Container: id, Force: true });
    try {
      await ask(`disconnect ${this.address} from ${network}`, leaving);
    } catch (error) {
      if (!(error instanceof EngineError && /is not connected|No such/i.test(error.message))) throw error;
    }
  }

  #tell(what: OutsideChange['what']): void {
    this.#around.onOutsideChange({ address: this.address, what });
  }

  #inspect(): Promise<Inspection | null> {
    if (this.#id === null) return Promise.resolve(null);
    return askUnless([404], `look at ${this.address}`, this.#container().inspect());
  }

  #container(): Dockerode.Container {
    return this.#around.docker.getContainer(this.#id ?? '');
  }

  async #whileRunning(wanted: string, act: (life: ContainerLife) => Promise<void>): Promise<void> {
    const not = () => new SubstrateError('not-running', `${this.address} is not running and cannot be ${wanted}`);
    if (!this.alive) throw not();
    await this.#inLine(async () => {
      if (!this.#life?.alive) throw not();
      await act(this.#life);
      await this.#look();
    });
  }

  #inLine<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(act, act);
    this.#line = turn.catch(() => {});
    return turn;
  }
}

function launchError(address: string, error: Error): Error {
  if (error instanceof EngineError && error.code === 'unavailable') return error;
  if (error instanceof SubstrateError && error.code === 'destroyed') return error;
  return new SubstrateError('start-failed', `${address} could not be started: ${error.message}`, { cause: error });
}
