import type { AuroraStatus } from '../../cells/aurora/contract.ts';
import type { Condition } from '../../cells/runtime/conditions.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { FaultPorts, LinkAsk, LinkRule } from '../faults/fault.ts';
import { isXl } from '../world/address.ts';
import type { PartSize, PartSpec } from '../world/part.ts';
import type { AdminConnections } from './admin.ts';
import { OpenConditions, type OpenConditionsOptions } from './open-conditions.ts';
import type { Parts } from './parts.ts';

const stopGraceMs = 5000;

interface MapPushAnswer {
  readonly accepted: boolean;
  readonly version: number;
  readonly reason: string | null;
}

export interface WorldFaultPortsOptions extends OpenConditionsOptions {
  readonly isScaledAway: (address: string) => boolean;
  /** Makes an image that cannot start, and says its name. */
  readonly badRelease: () => Promise<string>;
  /** Empties a volume, and says how many files it held. */
  readonly wipeVolume: (volume: string) => Promise<number>;
  /** Only where a disk can forget: ends a part and drops what its disk has not taken. */
  readonly powerLoss?: (address: string) => Promise<void>;
}

/** What faults may touch, over the substrate and the parts' admin ports. Rules are remembered, so that a `links` that was replaced gets its own again. */
export class WorldFaultPorts implements FaultPorts {
  readonly #options: WorldFaultPortsOptions;
  readonly #parts: Parts;
  readonly #admin: AdminConnections;
  readonly #conditions: OpenConditions;
  /** Parts whose image is not that of this release. */
  readonly #images = new Map<string, string>();
  readonly #held = new Map<string, readonly string[]>();
  readonly #rules = new Map<string, { readonly links: readonly string[]; readonly rule: LinkRule }>();

  constructor(options: WorldFaultPortsOptions) {
    this.#options = options;
    this.#parts = options.parts;
    this.#admin = options.admin;
    this.#conditions = new OpenConditions(options);
  }

  kill(address: string): Promise<void> {
    return this.#parts.kill(address);
  }

  stop(address: string): Promise<void> {
    return this.#parts.stop(address, stopGraceMs);
  }

  pause(address: string): Promise<void> {
    return this.#parts.pause(address);
  }

  resume(address: string): Promise<void> {
    return this.#parts.resume(address);
  }

  disconnect(address: string): Promise<void> {
    return this.#parts.disconnect(address);
  }

  reconnect(address: string): Promise<void> {
    return this.#parts.reconnect(address);
  }

  limit(address: string, size: Partial<PartSize> | null): Promise<void> {
    return this.#parts.limit(address, size);
  }

  async deploy(addresses: readonly string[], which: 'good' | 'bad'): Promise<void> {
    const image = which === 'bad' ? await this.#options.badRelease() : null;
    for (const address of addresses) {
      if (image === null) this.#images.delete(address);
      else this.#images.set(address, image);
    }
  }

  /** A part as it ought to be started now, of the release that it is to have. */
  released(part: PartSpec | null): PartSpec | null {
    const image = part === null ? undefined : this.#images.get(part.address);
    if (part === null || image === undefined || !('config' in part.run)) return part;
    return { ...part, run: { ...part.run, image } };
  }

  exhaustMemory(address: string): Promise<void> {
    return this.#parts.exhaustMemory(address);
  }

  async standing(address: string): ReturnType<FaultPorts['standing']> {
    const { cutOff = false, size = null } = this.#parts.get(address)?.observation ?? {};
    return { cutOff, size, planned: this.#parts.plannedSize(address) };
  }

  async startMissing(addresses: readonly string[]): Promise<void> {
    const gone = addresses.filter((address) => ['dead', 'stopped'].includes(this.#parts.stateOf(address)));
    // An XL worker comes back when its queue has work, not because its cell does.
    for (const address of gone.filter(isXl)) this.#parts.forget(address);
    // A task that was scaled away while it was held down is not to come back.
    for (const address of gone.filter(this.#options.isScaledAway)) this.#parts.remove(address);
    const wanted = gone.filter((address) => !isXl(address) && !this.#options.isScaledAway(address));
    await Promise.all(wanted.map((address) => this.#parts.start(address, 'heal')));
  }

  async partState(address: string): Promise<ReturnType<Parts['stateOf']>> {
    const state = this.#parts.stateOf(address);
    // Scaled to zero is how an XL worker rests, and a task that is no longer counted is not missed.
    const atRest = isXl(address) || (this.#parts.get(address) === null && this.#options.isScaledAway(address));
    return atRest && state === 'stopped' ? 'running' : state;
  }

  hold(faultId: string, addresses: readonly string[]): void {
    this.#held.set(faultId, addresses);
  }

  release(faultId: string): void {
    this.#held.delete(faultId);
  }

  /** Every address that some open fault holds down. */
  held(): readonly string[] {
    return [...new Set([...this.#held.values()].flat())];
  }

  async setLinkRule(faultId: string, links: readonly string[], rule: LinkRule): Promise<void> {
    this.#rules.set(faultId, { links, rule });
    await Promise.all(
      byOwner(links).map(([owner, own]) => this.#admin.call(owner, 'rule.set', { id: faultId, links: own, rule })),
    );
  }

  async clearLinkRule(faultId: string, links: readonly string[]): Promise<void> {
    this.#rules.delete(faultId);
    await Promise.all(byOwner(links).map(([owner]) => this.#admin.call(owner, 'rule.clear', { id: faultId })));
  }

  /** Sets every rule that an open fault has on the links of one `links` part, after it was replaced. */
  async restoreRules(owner: string): Promise<void> {
    for (const [id, { links, rule }] of this.#rules) {
      const own = byOwner(links).find(([each]) => each === owner)?.[1];
      if (own) await this.#admin.call(owner, 'rule.set', { id, links: own, rule });
    }
  }

  probeLink(link: string, ask: LinkAsk = {}): ReturnType<FaultPorts['probeLink']> {
    return this.#admin.call(ownerOf(link), 'probe', { link, ...ask }, 35_000);
  }

  setCondition(faultId: string, addresses: readonly string[], condition: Condition): Promise<void> {
    return this.#conditions.set(faultId, addresses, condition);
  }

  clearCondition(faultId: string, addresses: readonly string[]): Promise<void> {
    return this.#conditions.clear(faultId, addresses);
  }

  /** Tells a part that begins to serve what open faults have set on it; `always`: also that it is nothing. */
  restoreConditions(address: string, always: boolean): Promise<void> {
    return this.#conditions.tell(address, always);
  }

  conditionsOf(address: string): ReturnType<FaultPorts['conditionsOf']> {
    return this.#conditions.seen(address);
  }

  sharersOf(address: string): readonly string[] {
    return this.#conditions.sharersOf(address);
  }

  async wipe(address: string): Promise<number> {
    const volume = this.#conditions.volumeOf(address);
    return volume === null ? 0 : this.#options.wipeVolume(volume);
  }

  powerLoss(address: string): Promise<void> {
    const { powerLoss } = this.#options;
    return powerLoss?.(address) ?? Promise.reject(new Error(`${address} stands on a machine whose power stays on`));
  }

  async pushMap(router: string, what: 'current' | 'previous' | 'corrupt'): Promise<MapPushAnswer> {
    const current = await this.#mapOf(what === 'previous' ? 'previous' : 'current');
    const map = what === 'corrupt' ? corrupted(current) : current;
    return this.#admin.call(router, 'map.push', { map, source: what === 'current' ? 'control' : `fault: ${what} map` });
  }

  async auroraRoles(cell: string): ReturnType<FaultPorts['auroraRoles']> {
    const addresses = this.#parts.all().filter((part) => part.address.startsWith(`${cell}/aurora/`));
    return Promise.all(
      addresses.map(async ({ address }) => {
        const status = await this.#admin.call<AuroraStatus>(address, 'status', {}, 500).catch(() => null);
        const role = status === null || status.role === 'starting' ? null : status.role;
        return { address, role, generation: status?.generation ?? null };
      }),
    );
  }

  async promote(cell: string): Promise<void> {
    const reader = (await this.auroraRoles(cell)).find((part) => part.role === 'reader');
    if (!reader) throw new Error(`cell ${cell} has no Aurora reader that could take over`);
    await this.#admin.call(reader.address, 'promote', {}, 10_000);
  }

  #mapOf(which: 'current' | 'previous'): Promise<CellMap> {
    return this.#admin.call('control', 'map', { which });
  }
}

/** The part that proxies a link: `links/b` for `router->b` and for `b/web/1->b/aurora`. */
export function ownerOf(link: string): string {
  const right = link.slice(link.indexOf('->') + 2);
  return `links/${right.split('/')[0]}`;
}

function byOwner(links: readonly string[]): [string, string[]][] {
  const owners = new Map<string, string[]>();
  for (const link of links) owners.set(ownerOf(link), [...(owners.get(ownerOf(link)) ?? []), link]);
  return [...owners];
}

/** A map as a broken build of it would be: newer, and every tenant in a cell that does not exist. */
function corrupted(map: CellMap): CellMap {
  const tenants = Object.fromEntries(
    Object.entries(map.tenants).map(([tenant, entry]) => [tenant, { ...entry, cell: 'nowhere' }]),
  );
  return { version: map.version + 1, tenants };
}
