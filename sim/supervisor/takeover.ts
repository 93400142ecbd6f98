import type { AuroraStatus } from '../../cells/aurora/contract.ts';
import type { Plan } from '../world/plan.ts';
import { clientRetry, routerPolicies, type PolicyValues } from '../world/policies.ts';
import type { AdminConnections } from './admin.ts';

export interface TakeoverOptions {
  readonly admin: AdminConnections;
  readonly plan: () => Plan;
  readonly policies: () => PolicyValues;
  readonly onRole: (address: string, role: 'writer' | 'reader') => void;
}

type Counts = Readonly<Record<string, number>>;

/** A part may be busy with its own start, and everything here may be asked for twice. */
const triesMax = 5;
const answersWithinMs = 5000;

const scaled = ['web', 'worker', 'xl'] as const;

/**
 * Takes over a world that ran before its supervisor, from parts that know only what a file says: learns what they have become,
 * and tells each that begins to serve what has changed since.
 */
export class Takeover {
  readonly #options: TakeoverOptions;

  constructor(options: TakeoverOptions) {
    this.#options = options;
  }

  /** How many of each service control keeps: somebody may have scaled them. Null where it does not answer. */
  async desired(): Promise<Counts | null> {
    return this.#ask<{ desired: Counts }>('control', 'status', {}).then(
      ({ desired }) => desired,
      () => null,
    );
  }

  /** Rules that a supervisor which died has left on a cell's links. Only while no fault is open. */
  async clearRules(links: string): Promise<void> {
    const found = await this.#ask<{ links: readonly { rules: readonly string[] }[] }>(links, 'status', {});
    const ids = new Set(found.links.flatMap(({ rules }) => rules));
    await Promise.all([...ids].map((id) => this.#ask(links, 'rule.clear', { id })));
  }

  async tell(address: string): Promise<void> {
    const plan = this.#options.plan();
    const values = this.#options.policies();
    const [head = '', kind = ''] = address.split('/');
    if (head === 'links') await this.#ask(address, 'links.set', { links: plan.linksOf(kind) });
    else if (head === 'router') await this.#ask(address, 'policies.set', routerPolicies(values));
    else if (head === 'traffic') await this.#ask(address, 'set', { clientRetry: clientRetry(values) });
    else if (head === 'control') await this.#tellCounts(plan);
    else if (kind === 'alb') await this.#ask(address, 'targets.set', { targets: plan.albTargets(head) });
    else if (kind === 'aurora') await this.#learnRole(address);
  }

  async #tellCounts(plan: Plan): Promise<void> {
    const before = (await this.desired()) ?? {};
    for (const [name, count] of Object.entries(plan.desired())) {
      const [cell, service = ''] = name.split('/');
      if (before[name] === count || !scaled.some((each) => each === service)) continue;
      await this.#ask('control', 'scale', { cell, service, count });
    }
  }

  /** It was said once, before anybody listened. */
  async #learnRole(address: string): Promise<void> {
    const { role } = await this.#ask<AuroraStatus>(address, 'status', {});
    if (role !== 'starting') this.#options.onRole(address, role);
  }

  async #ask<T>(address: string, method: string, args: unknown): Promise<T> {
    for (let left = triesMax - 1; ; left--) {
      try {
        return await this.#options.admin.call<T>(address, method, args, answersWithinMs);
      } catch (error) {
        if (left === 0) throw error;
      }
    }
  }
}
