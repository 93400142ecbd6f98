import type { Parts } from '../../supervisor/parts.ts';
import { isXl } from '../../world/address.ts';
import type { Plan } from '../../world/plan.ts';

export interface QuietOptions {
  readonly parts: Pick<Parts, 'all'>;
  readonly plan: () => Pick<Plan, 'cells' | 'desired'>;
  /** What stands in a cell's XL queue; undefined where it has no queue that could be asked. */
  readonly xlQueue: (cell: string) => { readonly waiting: number; readonly inFlight: number } | undefined;
}

/** Whether control has nothing to decide: every part runs, there are as many as are wanted, and no XL worker comes or goes. */
export class Quiet {
  readonly #options: QuietOptions;
  /** What was wanted when there were last as many as that: tasks come and go by control's own decisions alone. */
  #settled: Readonly<Record<string, number>> | null = null;

  constructor(options: QuietOptions) {
    this.#options = options;
  }

  look(): boolean {
    const { parts, plan, xlQueue } = this.#options;
    for (const { address, observation } of parts.all())
      if (observation.state !== 'running' || isXl(address)) return false;
    const { cells } = plan();
    const desired = plan().desired();
    if (this.#settled !== desired && !this.#areAsMany(desired)) return false;
    this.#settled = desired;
    return cells.every((cell) => {
      const xl = xlQueue(cell);
      return xl !== undefined && xl.waiting === 0 && xl.inFlight === 0;
    });
  }

  #areAsMany(desired: Readonly<Record<string, number>>): boolean {
    const there = new Map<string, number>();
    for (const { address } of this.#options.parts.all()) {
      const name = address.split('/', 2).join('/');
      there.set(name, (there.get(name) ?? 0) + 1);
    }
    return Object.entries(desired).every(([name, count]) => count === (there.get(name) ?? 0));
  }
}
