import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Condition } from '../../cells/runtime/conditions.ts';
import type { ConditionsSeen } from '../../cells/runtime/under-conditions.ts';
import type { PartConditions } from '../faults/fault.ts';
import { kindOf } from '../world/address.ts';
import type { PartSpec } from '../world/part.ts';
import type { AdminConnections } from './admin.ts';
import type { Parts } from './parts.ts';

/** A part may be busy, and one that was frozen a moment ago has much to do first. */
const answersWithinMs = 5000;
/** A slow disk is tried too. */
const lookWithinMs = 15_000;

/** The kinds of parts that are Petri's own and have a port for it. */
const takers: ReadonlySet<string> = new Set([
  'alb',
  'web',
  'worker',
  'xl',
  'aurora',
  'dynamodb',
  'router',
  'map',
  'control',
]);

interface Setting {
  readonly faultId: string;
  readonly address: string;
  readonly condition: Condition;
}

export interface OpenConditionsOptions {
  readonly admin: AdminConnections;
  readonly parts: Parts;
  /** The part as it is planned now. */
  readonly planned: (address: string) => PartSpec | null;
}

/** What open faults have set on parts from within. A part that starts meanwhile is told again: what a real fault would do to it goes on. */
export class OpenConditions {
  readonly #options: OpenConditionsOptions;
  #settings: readonly Setting[] = [];

  constructor(options: OpenConditionsOptions) {
    this.#options = options;
  }

  async set(faultId: string, addresses: readonly string[], condition: Condition): Promise<void> {
    const others = this.#settings.filter((each) => each.faultId !== faultId || !addresses.includes(each.address));
    this.#settings = [...others, ...addresses.map((address) => ({ faultId, address, condition }))];
    await this.#tellAll(addresses);
  }

  async clear(faultId: string, addresses: readonly string[]): Promise<void> {
    this.#settings = this.#settings.filter((each) => each.faultId !== faultId);
    await this.#tellAll(addresses);
  }

  /** Tells a part that has begun to serve what it lives under; `always`: also that it is nothing. */
  async tell(address: string, always: boolean): Promise<void> {
    const conditions = this.#on(address).map(({ condition }) => condition);
    if ((conditions.length === 0 && !always) || !this.#takes(address)) return;
    const { admin, parts } = this.#options;
    if (parts.stateOf(address) === 'paused') {
      // It hears of it as soon as it goes on, in the order in which it was said.
      admin.call(address, 'conditions.set', { conditions }, null).catch(() => {});
      return;
    }
    await admin.call(address, 'conditions.set', { conditions }, answersWithinMs).catch((error: Error) => {
      throw new RpcError('unproven', `${address} did not take what was set on it: ${error.message}`);
    });
  }

  /** What a part says that it lives under; null where it does not run or does not answer. */
  async seen(address: string): Promise<PartConditions | null> {
    if (this.#options.parts.stateOf(address) !== 'running' || !this.#takes(address)) return null;
    const faults = [...new Set(this.#on(address).map(({ faultId }) => faultId))];
    return this.#options.admin.call<ConditionsSeen>(address, 'conditions.read', {}, lookWithinMs).then(
      (seen) => ({ ...seen, faults }),
      () => null,
    );
  }

  /** Every part that this world knows and that has the same volume. */
  sharersOf(address: string): readonly string[] {
    const volume = this.volumeOf(address);
    const known = this.#options.parts.all().map((part) => part.address);
    const sharers = volume === null ? [] : known.filter((each) => this.volumeOf(each) === volume);
    return sharers.length === 0 ? [address] : sharers;
  }

  /** The volume of a part; null where it has none. */
  volumeOf(address: string): string | null {
    return this.#options.planned(address)?.volume ?? null;
  }

  #takes(address: string): boolean {
    return takers.has(kindOf(address)) && this.#options.planned(address)?.run.program !== 'foreign';
  }

  async #tellAll(addresses: readonly string[]): Promise<void> {
    const touched = new Set(addresses.flatMap((address) => [address, ...this.sharersOf(address)]));
    const alive = [...touched].filter((address) =>
      ['running', 'paused'].includes(this.#options.parts.stateOf(address)),
    );
    await Promise.all(alive.map((address) => this.tell(address, true)));
  }

  /** What is set on it, and what is set on a volume that it shares. */
  #on(address: string): readonly Setting[] {
    const volume = this.volumeOf(address);
    const isShared = (each: Setting) =>
      volume !== null && isOfVolume(each.condition) && this.volumeOf(each.address) === volume;
    const seen = new Map<string, Setting>();
    for (const each of this.#settings) {
      if (each.address === address || isShared(each)) seen.set(`${each.faultId} ${each.condition.kind}`, each);
    }
    return [...seen.values()];
  }
}

function isOfVolume({ kind }: Condition): boolean {
  return kind === 'volume-size' || kind === 'slow-disk' || kind === 'read-only';
}
