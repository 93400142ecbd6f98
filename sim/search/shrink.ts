import type { Scenario, Trigger } from '../scenario/scenario.ts';
import {
  earlierEvents,
  fewerCells,
  fewerEntries,
  fewerTenants,
  fewerTenantsReseeded,
  lessTraffic,
  plainerSteps,
  plainerWorld,
  type Reduction,
  reseeded,
  rounderTimes,
  shorterRun,
} from './reductions.ts';
import { snapped } from './snap.ts';

export interface ShrinkPorts {
  /** Whether this scenario fails in the same way. The same scenario always gives the same answer. */
  fails(scenario: Scenario): Promise<boolean>;
  /** For each entry of its timeline, the events of its run that it could wait for instead of a time. */
  triggers(scenario: Scenario): Promise<readonly (readonly Trigger[])[]>;
  /** How many may be asked about at once. */
  readonly width: number;
  /** True once no more may be asked: what is smallest until then is taken. */
  over(): boolean;
}

export interface Shrunk {
  readonly scenario: Scenario;
  /** How many scenarios were run for it. */
  readonly tried: number;
  /** False where the time was over first. */
  readonly complete: boolean;
}

/** What a person can hold in mind. */
const entriesGoal = 3;
const tenantsGoal = 2;

/**
 * The smallest scenario that still fails, as far as leaving out and making plainer leads (delta debugging): first what happens,
 * then to whom, then how much and how long. Deterministic but for where the time ends it. `scenario` itself must fail.
 */
export async function shrink(scenario: Scenario, ports: ShrinkPorts): Promise<Shrunk> {
  const search = new Descent(scenario, ports);
  await search.down(fewerEntries);
  await search.down(shorterRun);
  for (;;) {
    const before = search.smallest;
    for (const reduction of [earlierEvents, fewerTenants, fewerCells, fewerEntries, lessTraffic, shorterRun])
      await search.down(reduction);
    await search.down(reseeded(fewerEntries, 8), ({ timeline }) => timeline.length <= entriesGoal);
    await search.down(fewerTenantsReseeded(8), ({ world }) => world.tenants <= tenantsGoal);
    for (const reduction of [plainerSteps, plainerWorld, rounderTimes]) await search.down(reduction);
    if (search.smallest === before || ports.over()) break;
  }
  if (!ports.over()) {
    const triggers = await ports.triggers(search.smallest);
    await search.down((smallest) => snapped(smallest, triggers));
  }
  return { scenario: search.smallest, tried: search.tried, complete: !ports.over() };
}

class Descent {
  readonly #ports: ShrinkPorts;
  readonly #known = new Map<string, boolean>();
  smallest: Scenario;
  tried = 0;

  constructor(scenario: Scenario, ports: ShrinkPorts) {
    this.smallest = scenario;
    this.#ports = ports;
  }

  /** Takes the first of a reduction's scenarios that fails, and again from there, until none does or it is small enough. */
  async down(reduction: Reduction, isEnough: (scenario: Scenario) => boolean = () => false): Promise<void> {
    while (!isEnough(this.smallest)) {
      const next = await this.#firstFailing(reduction(this.smallest));
      if (!next) return;
      this.smallest = next;
    }
  }

  async #firstFailing(candidates: readonly Scenario[]): Promise<Scenario | null> {
    const { width } = this.#ports;
    for (let from = 0; from < candidates.length; from += width) {
      if (this.#ports.over()) return null;
      const some = candidates.slice(from, from + width);
      const fail = await Promise.all(some.map((one) => this.#fails(one)));
      const first = some[fail.indexOf(true)];
      if (first) return first;
    }
    return null;
  }

  async #fails(candidate: Scenario): Promise<boolean> {
    const key = JSON.stringify(candidate);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.tried++;
    const fails = await this.#ports.fails(candidate);
    this.#known.set(key, fails);
    return fails;
  }
}
