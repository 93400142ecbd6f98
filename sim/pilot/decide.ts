import type { Action, Observation } from './contract.ts';

export interface DecideSettings {
  /** How long after its death a part is replaced, in milliseconds. */
  readonly replaceAfterMs: number;
  /** How long an XL queue is empty before its worker is stopped, in milliseconds. */
  readonly xlIdleMs: number;
}

/** What a decision leaves for the next one. */
export interface Memory {
  /** How many of each service were wanted last time: `a/web` → 2. */
  readonly targets: Readonly<Record<string, number>>;
  readonly xl: Readonly<Record<string, XlMemory>>;
}

export interface XlMemory {
  readonly wanted: 0 | 1;
  /** Since when nothing waits or is worked on; null while something does, or nobody knows. */
  readonly idleSinceMs: number | null;
}

export interface Decision {
  readonly actions: readonly Action[];
  readonly memory: Memory;
}

type Part = Observation['parts'][number];

export const noMemory: Memory = { targets: {}, xl: {} };

/** Services of several tasks, whose addresses have an index. Every other one, of Petri's own or added by a world file, is a part alone. */
const counted = new Set(['web', 'worker', 'xl', 'aurora']);

/**
 * What is to be started and stopped, so that each cell has what is desired: dead parts are replaced `replaceAfterMs` after
 * their death, new ones start at once, the highest are stopped first, and an XL worker comes and goes with its queue.
 * What a fault holds and what is paused is left alone. The same action is asked for again until it is seen done.
 */
export function decide(
  settings: DecideSettings,
  desired: Readonly<Record<string, number>>,
  observation: Observation,
  memory: Memory,
): Decision {
  const parts = new Map(observation.parts.map((part) => [part.address, part]));
  const tasks = Map.groupBy(observation.parts, ({ address }) => serviceOf(address));
  const xl = decideXl(settings, desired, observation, tasks, memory);
  const targets: Record<string, number> = {};
  const actions: Action[] = [];
  for (const [service, count] of Object.entries(desired)) {
    const cell = cellOf(service);
    const target = service === `${cell}/xl` ? Math.max(count, xl[cell]?.wanted ?? 0) : count;
    targets[service] = target;
    actions.push(...starts(settings, service, target, memory.targets[service], observation, parts));
    actions.push(...stops(service, target, count, tasks.get(service) ?? [], observation));
  }
  return { actions, memory: { targets, xl } };
}

function starts(
  { replaceAfterMs }: DecideSettings,
  service: string,
  target: number,
  before: number | undefined,
  { nowMs, held }: Observation,
  parts: ReadonlyMap<string, Part>,
): Action[] {
  const actions: Action[] = [];
  for (let index = 1; index <= target; index++) {
    const address = addressOf(service, index);
    const part = parts.get(address);
    if (held.includes(address) || (part && isPresent(part))) continue;
    const isNew = !part || index > (before ?? target);
    const why = !isNew ? 'replace' : service.endsWith('/xl') ? 'xl' : 'scale';
    if (isNew || nowMs - part.sinceMs >= replaceAfterMs) actions.push({ kind: 'start', address, why });
  }
  return actions;
}

function stops(
  service: string,
  target: number,
  asked: number,
  tasks: readonly Part[],
  { held }: Observation,
): Action[] {
  if (!counted.has(service.slice(service.indexOf('/') + 1))) return [];
  const why = service.endsWith('/xl') && asked === 0 ? 'xl' : 'scale';
  // One that is dead is ended too: nobody misses it.
  const ends: readonly Part['state'][] = ['running', 'starting', 'dead'];
  return tasks
    .filter(({ address }) => indexOf(address) > target)
    .filter(({ address, state }) => ends.includes(state) && !held.includes(address))
    .toSorted((a, b) => indexOf(b.address) - indexOf(a.address))
    .map(({ address }) => ({ kind: 'stop', address, why }));
}

function decideXl(
  { xlIdleMs }: DecideSettings,
  desired: Readonly<Record<string, number>>,
  { nowMs, queues }: Observation,
  tasks: ReadonlyMap<string, readonly Part[]>,
  memory: Memory,
): Record<string, XlMemory> {
  const next: Record<string, XlMemory> = {};
  for (const service of Object.keys(desired).filter((each) => each.endsWith('/xl'))) {
    const cell = cellOf(service);
    // After its own death control knows nothing: a worker that is there was wanted.
    const present = (tasks.get(service) ?? []).some(isPresent);
    const { wanted, idleSinceMs } = memory.xl[cell] ?? { wanted: present ? 1 : 0, idleSinceMs: null };
    const { xlWaiting = null, xlInFlight = null } = queues[cell] ?? {};
    if ((xlWaiting ?? 0) > 0 || (xlInFlight ?? 0) > 0) next[cell] = { wanted: 1, idleSinceMs: null };
    else if (xlWaiting === null || xlInFlight === null) next[cell] = { wanted, idleSinceMs: null };
    else {
      const since = idleSinceMs ?? nowMs;
      next[cell] = { wanted: nowMs - since >= xlIdleMs ? 0 : wanted, idleSinceMs: since };
    }
  }
  return next;
}

function isPresent({ state }: Part): boolean {
  return state === 'starting' || state === 'running' || state === 'paused';
}

function addressOf(service: string, index: number): string {
  return counted.has(service.slice(service.indexOf('/') + 1)) ? `${service}/${index}` : service;
}

/** The service that a task is one of: `a/web` of `a/web/2`. */
function serviceOf(address: string): string {
  return address.slice(0, address.lastIndexOf('/'));
}

function indexOf(address: string): number {
  return Number(address.slice(address.lastIndexOf('/') + 1));
}

function cellOf(service: string): string {
  return service.slice(0, service.indexOf('/'));
}
