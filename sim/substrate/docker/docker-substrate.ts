import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import type Dockerode from 'dockerode';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import { hostOf, servesPort } from '../../world/docker-places.ts';
import type { ForeignRun, PartSize, PartSpec } from '../../world/part.ts';
import { logPathOf } from '../process/part-files.ts';
import type { OutsideChange, PartExit, PartObservation, Substrate } from '../substrate.ts';
import { SubstrateError } from '../substrate-error.ts';
import { planOfPart, planOfPorthole } from './container-plan.ts';
import { findComposed } from './composed.ts';
import { ask, askUnless } from './engine-call.ts';
import { EngineEvents } from './engine-events.ts';
import { foreignServes } from './foreign-container.ts';
import { Gate } from './gate.ts';
import { MemoryGauge } from './memory-gauge.ts';
import {
  cellNetwork,
  eventsVolume,
  labelNames,
  networkLabels,
  portholeAddress,
  outsideNetwork,
  volumeLabels,
  volumeName,
  type Ownership,
} from './names.ts';
import { makeNetworks } from './networks.ts';
import { PartContainer, type ContainerPlan, type ContainerSurroundings } from './part-container.ts';
import { PortholeClient } from './porthole-client.ts';
import { eraseVolumesOf, sweepLabelled } from './sweep.ts';
import { handOver, wipeVolume } from './volume-hand.ts';

export interface DockerSubstrateOptions extends Ownership {
  readonly docker: Dockerode;
  /** Where logs and the copies of the parts' events go. */
  readonly stateFolder: string;
  readonly eventsFolder: string;
  /** Petri's own image, by name or id. */
  readonly image: string;
  readonly cells: readonly string[];
  /** The port on this machine's loopback of each part that is reached from outside: `router/1`. */
  readonly routerPorts: Readonly<Record<string, number>>;
  /** Called right after a container was created, before it has run: the place to note it in the ledger. */
  readonly onCreated: (address: string, containerId: string) => void;
  /** Where Compose has made the world, with its networks and volumes: only what it lacks is made here. */
  readonly compose?: {
    /** The secret of its porthole. */
    readonly token: string;
    /** Called when its porthole was ended by somebody: without that nothing here can go on. */
    readonly onLost: () => void;
  };
}

/** Containers that are created and started at the same time: more of them make none of them serve sooner (tried on 2 cores). */
const startsAtOnce = 6;

/** A start takes a core for a tenth of a second; beside a world that serves, its tenants would feel more of them. */
const restartsAtOnce = 2;

/** The porthole comes back by itself this long after it was ended by somebody. */
const portholeAgainAfterMs = 300;

/** Every part a container of its own: one network for each cell, one outside, volumes that outlive them. */
export class DockerSubstrate implements Substrate {
  readonly name = 'docker' as const;
  readonly #options: DockerSubstrateOptions;
  readonly #parts = new Map<string, PartContainer>();
  readonly #exitListeners: ((exit: PartExit) => void)[] = [];
  readonly #changeListeners: ((change: OutsideChange) => void)[] = [];
  readonly #volumes = new Map<string, Promise<void>>();
  readonly #events: EngineEvents;
  readonly #gauge: MemoryGauge;
  readonly #gates = { first: new Gate(startsAtOnce), again: new Gate(restartsAtOnce) };
  readonly #client: PortholeClient;
  readonly #portholePlan: ContainerPlan;
  readonly #porthole: PartContainer;
  #portholeAt: Endpoint | null = null;
  #destroyed = false;

  constructor(options: DockerSubstrateOptions) {
    this.#options = options;
    const { docker, project, world, image, cells, compose } = options;
    const token = compose?.token ?? randomBytes(16).toString('hex');
    this.#portholePlan = this.#withTheirs(planOfPorthole({ project, world, image, token, cells }));
    this.#porthole = new PartContainer(this.#portholePlan, {
      ...this.#surroundings(),
      onExit: () => this.#portholeEnded(),
      onOutsideChange: () => void this.#findPorthole().catch(() => {}),
    });
    this.#client = new PortholeClient({ token, at: () => this.#portholeAt });
    this.#events = new EngineEvents({
      docker,
      project,
      onChange: (id) =>
        this.#containers()
          .find((container) => container.id === id)
          ?.look(),
      onAgain: () => this.#containers().forEach((container) => container.look()),
    });
    this.#gauge = new MemoryGauge(docker, () => [...this.#parts.values()]);
  }

  /**
   * Makes what the parts stand on: networks, volumes of events, the porthole. What a dead supervisor of the same world left
   * is removed first. Call it once, before the first start.
   */
  async prepare(): Promise<void> {
    const { docker, project, cells, eventsFolder, compose } = this.#options;
    await sweepLabelled(docker, { project, life: null });
    await this.#events.open();
    if (!compose) {
      await Promise.all([
        this.#makeNetworks(),
        ...[...cells, null].map((cell) => this.#volume(eventsVolume(project, cell))),
      ]);
    }
    await this.#startPorthole();
    await this.#client.followEvents(eventsFolder);
    this.#gauge.start();
  }

  /** A local address that leads to a port of a part, through the porthole. The same one each time. */
  tunnel(address: string, port: number): Promise<Endpoint> {
    return this.#client.tunnel(hostOf(address), port);
  }

  start(part: PartSpec): Promise<void> {
    if (this.#destroyed) return Promise.reject(new SubstrateError('destroyed', 'this world has been ended'));
    const { project, image, routerPorts } = this.#options;
    const answers = (host: string, port: number) => this.#answers(host, port);
    const serves = (run: ForeignRun) => foreignServes(run, (to) => this.#client.connect(to));
    const plan = this.#withTheirs(planOfPart(part, { project, image, routerPorts, answers, serves }));
    let container = this.#parts.get(part.address);
    if (!container) {
      container = new PartContainer(plan, this.#surroundings());
      this.#parts.set(part.address, container);
    }
    return container.start(plan);
  }

  async stop(address: string, graceMs: number): Promise<void> {
    await this.#parts.get(address)?.stop(graceMs);
  }

  async kill(address: string): Promise<void> {
    await this.#parts.get(address)?.kill();
  }

  async pause(address: string): Promise<void> {
    await this.#known(address, 'paused').pause();
  }

  async resume(address: string): Promise<void> {
    await this.#known(address, 'resumed').resume();
  }

  async disconnect(address: string): Promise<void> {
    await this.#known(address, 'cut off').disconnect();
  }

  async reconnect(address: string): Promise<void> {
    await this.#parts.get(address)?.reconnect();
  }

  async limit(address: string, size: Partial<PartSize> | null): Promise<void> {
    await this.#parts.get(address)?.limit(size);
  }

  async exhaustMemory(address: string): Promise<void> {
    await this.#known(address, 'filled').exhaustMemory();
  }

  async observe(address: string): Promise<PartObservation> {
    const never = { address, state: 'stopped', pid: null, containerId: null, memoryBytes: null } as const;
    return this.#parts.get(address)?.observe() ?? never;
  }

  async observeAll(): Promise<readonly PartObservation[]> {
    return [...this.#parts.values()].map((part) => part.observe());
  }

  onExit(listener: (exit: PartExit) => void): void {
    this.#exitListeners.push(listener);
  }

  onOutsideChange(listener: (change: OutsideChange) => void): void {
    this.#changeListeners.push(listener);
  }

  logFiles(address: string): readonly string[] {
    const path = logPathOf(this.#options.stateFolder, address);
    return [`${path}.1`, path].filter((file) => existsSync(file));
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.#gauge.stop();
    const { docker, project, life } = this.#options;
    // What is being created now has to exist before it can be found.
    await Promise.all(this.#containers().map((container) => container.end()));
    const { left } = await sweepLabelled(docker, { project, life });
    this.#events.close();
    this.#client.close();
    await Promise.all(this.#containers().map((container) => container.removed()));
    if (left.length > 0) throw new SubstrateError('unavailable', `the Docker engine did not remove ${left.join(', ')}`);
  }

  /** Removes the world's data. Only after `destroy`. */
  async eraseVolumes(): Promise<void> {
    const { left } = await eraseVolumesOf(this.#options.docker, this.#options.project);
    if (left.length > 0) throw new SubstrateError('unavailable', `the Docker engine did not remove ${left.join(', ')}`);
  }

  /** Empties one volume, none of whose parts runs. Resolves with how many files it held. */
  wipeVolume(volume: string): Promise<number> {
    return wipeVolume(this.#options, volumeName(this.#options.project, volume));
  }

  #containers(): PartContainer[] {
    return [...this.#parts.values(), this.#porthole];
  }

  #surroundings(): ContainerSurroundings {
    const { docker, stateFolder, onCreated, project, world, life } = this.#options;
    return {
      docker,
      owner: { project, world, life },
      stateFolder,
      gates: this.#gates,
      prepareFor: (plan) => this.#prepareFor(plan),
      onCreated,
      onExit: (exit) => this.#exitListeners.forEach((listener) => listener(exit)),
      onOutsideChange: (change) => this.#changeListeners.forEach((listener) => listener(change)),
    };
  }

  /** In a world that Compose has made, its container for the part is the part. */
  #withTheirs(plan: ContainerPlan): ContainerPlan {
    const { docker, project, compose } = this.#options;
    const { address } = plan.request;
    const find = async () => {
      if (address !== portholeAddress) await this.#refuseWhenComposeEnds();
      return findComposed(docker, project, address);
    };
    return compose ? { ...plan, findTheirs: find } : plan;
  }

  /** Compose stops the porthole before all others. What it then stops must stay so, or its networks cannot be removed. */
  async #refuseWhenComposeEnds(): Promise<void> {
    const { docker, project } = this.#options;
    const id = await findComposed(docker, project, portholeAddress);
    const look = id === null ? null : docker.getContainer(id).inspect();
    if (look && (await askUnless([404], 'look at the porthole', look))?.State.Running) return;
    throw new SubstrateError('destroyed', `the porthole of ${project} was ended, and nothing is started any more`);
  }

  #known(address: string, wanted: string): PartContainer {
    const part = this.#parts.get(address);
    if (part) return part;
    throw new SubstrateError('not-running', `${address} is not running and cannot be ${wanted}`);
  }

  async #startPorthole(): Promise<void> {
    await this.#porthole.start(this.#portholePlan);
    await this.#findPorthole();
  }

  async #findPorthole(): Promise<void> {
    const { id } = this.#porthole;
    if (id === null) return;
    const facts = await ask('look at the porthole', this.#options.docker.getContainer(id).inspect());
    const binding = facts.NetworkSettings.Ports[`${servesPort}/tcp`]?.[0];
    this.#portholeAt = binding ? { host: '127.0.0.1', port: Number(binding.HostPort) } : null;
  }

  /** Nobody but us needs it, and nobody else brings it back. */
  #portholeEnded(): void {
    this.#portholeAt = null;
    const { compose } = this.#options;
    if (compose) {
      if (!this.#destroyed) compose.onLost();
      return;
    }
    const again = () => {
      if (this.#destroyed) return;
      this.#startPorthole().catch(() => {});
    };
    if (!this.#destroyed) setTimeout(again, portholeAgainAfterMs);
  }

  async #answers(host: string, port: number): Promise<boolean> {
    const socket = this.#client.connect({ host, port });
    return new Promise((resolve) => {
      socket.once('data', () => resolve(true));
      socket.once('close', () => resolve(false));
      socket.setTimeout(1000, () => resolve(false));
      socket.write('PING\r\n');
    }).finally(() => socket.destroy()) as Promise<boolean>;
  }

  #makeNetworks(): Promise<void> {
    const { docker, project, cells } = this.#options;
    const wish = (name: string, isInternal: boolean) => ({
      name,
      isInternal,
      labels: networkLabels(this.#options, name),
    });
    const wishes = [
      ...cells.map((cell) => wish(cellNetwork(project, cell), true)),
      wish(outsideNetwork(project), false),
    ];
    return makeNetworks(docker, wishes);
  }

  /** Volumes outlive supervisors: one that is there already is taken as it is. */
  #volume(name: string): Promise<void> {
    const known = this.#volumes.get(name);
    if (known) return known;
    const made = this.#makeVolume(name);
    this.#volumes.set(name, made);
    made.catch(() => this.#volumes.delete(name));
    return made;
  }

  async #makeVolume(name: string): Promise<void> {
    const { docker, project } = this.#options;
    const options = { Name: name, Labels: { ...volumeLabels(this.#options, name) } };
    await ask(`create the volume ${name}`, docker.createVolume(options));
    const facts = await ask(`look at the volume ${name}`, docker.getVolume(name).inspect());
    if (facts.Labels?.[labelNames.project] === project) return;
    throw new SubstrateError('refused', `a volume ${name} that is not Petri's is in the way: rename or remove it`);
  }

  async #prepareFor(plan: ContainerPlan): Promise<void> {
    const { volume, image, foreign } = plan.request;
    for (const mount of foreign?.mounts ?? []) {
      const name = volumeName(this.#options.project, mount.volume);
      await this.#volume(name);
      if (foreign?.user === '1000') await handOver(this.#options, name);
    }
    if (volume === null || this.#options.compose) return;
    const name = volumeName(this.#options.project, volume);
    await this.#volume(name);
    if (image !== this.#options.image) await handOver(this.#options, name);
  }
}
