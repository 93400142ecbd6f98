import { cellOf } from '../ledger/dependency.ts';
import type { Expectations, Scenario, TimelineEntry, Trigger } from '../scenario/scenario.ts';
import { cellIds, tenantsOfCell } from '../world/population.ts';
import type { World } from '../world/world.ts';
import { Dice } from './dice.ts';
import { actionsOf, drawAction, favouriteOf, movesTenants, type ActionSwarm } from './draw-action.ts';
import { drawFault, swarmOf, type Meeting } from './draw-fault.ts';
import { drawWorld, isImpatient, scheduleRunMs } from './draw-world.ts';
import type { Focus } from './draw-target.ts';
import { footprintOf, overlaps, type Footprint, type Occupied } from './footprint.ts';

/** In the first part of a run things are hurt, in the rest they are left alone and must recover while traffic goes on. */
const hurtShare = 0.6;
const entriesMin = 4;
const entriesMax = 12;
/** Places of a schedule that are tried until it has as many entries as it wants. */
const places = 32;

const nothingExpected: Expectations = {
  blastRadius: null,
  errors: { all: null, inside: null, outside: null },
  detectWithinMs: null,
  recoverWithinMs: null,
  queueAgeMs: null,
  jobsRerun: null,
  jobsDead: null,
  goodput: null,
  invariants: 'all',
  violated: [],
};

export interface ScheduleOptions {
  /** Whose world, traffic and timeline are the beginning of every schedule; null: those are drawn, too. */
  readonly base: Scenario | null;
  readonly bug: string | null;
  /** How many faults and actions; null: drawn. */
  readonly entries?: number;
}

/** The schedule of a seed: a world, its traffic, and what is done to it. The same seed gives the same one, everywhere. */
export function drawSchedule(seed: number, { base, bug, entries }: ScheduleOptions): Scenario {
  const dice = new Dice(seed);
  // A world's name is short.
  const name = base ? `${base.name.slice(0, 20)}-${seed}` : `search-${seed}`;
  const world = base ? { ...base.world, on: 'virtual' as const, name, seed } : drawWorld(dice, seed);
  const runMs = base?.runMs ?? scheduleRunMs;
  const kept = base ? stretched(base.timeline, dice) : [];
  const wanted = entries ?? dice.whole(entriesMin, entriesMax, 'entries', '');
  const drawn = drawTimeline(dice, world, runMs * hurtShare, wanted, kept);
  return {
    name,
    seed,
    world,
    bug,
    steady: base?.steady ?? { conditions: [], withinMs: 10_000 },
    timeline: [...kept, ...drawn].toSorted((one, other) => orderOf(one.trigger) - orderOf(other.trigger)),
    stop: [],
    runMs,
    // What a file measures in its own run says nothing of another schedule: only the invariants are the same.
    expect: { ...nothingExpected, recoverWithinMs: base?.expect.recoverWithinMs ?? null },
  };
}

function drawTimeline(
  dice: Dice,
  world: World,
  hurtMs: number,
  wanted: number,
  kept: readonly TimelineEntry[],
): TimelineEntry[] {
  const actions = actionsOf(dice);
  const focus = { cell: focusOf(dice, world), moves: movesTenants(actions) };
  const context = { dice, world, hurtMs, focus, swarm: swarmOf(dice, world), actions };
  // How much of a schedule are actions is drawn as well: some have none, some are all moves.
  const actionShare = dice.pick([0, 0.15, 0.3, 0.6], 'action-share', '');
  const taken: Occupied[] = kept.flatMap(occupiedBy);
  const drawn: TimelineEntry[] = [];
  for (const { entry, occupied } of kept.length === 0 ? slowWays(context) : []) {
    taken.push(...occupied);
    drawn.push(entry);
  }
  for (let n = 0; n < places && drawn.length < wanted; n++) {
    const placed = dice.chance(actionShare, 'is-action', '', n) ? placeAction(context, n) : placeFault(context, n);
    if (!placed || placed.occupied.some((own) => taken.some((other) => overlaps(own, other)))) continue;
    taken.push(...placed.occupied);
    drawn.push(placed.entry);
  }
  return drawn;
}

/** The cell that most of a schedule happens in: often the home of the tenant that is moved most. */
function focusOf(dice: Dice, world: World): string {
  const cells = cellIds(world.cells);
  const home = cells.find((cell) => world.tenants > 0 && tenantsOfCell(world, cell).includes(favouriteOf(dice, world)));
  return home !== undefined && dice.chance(0.6, 'focus-home', '') ? home : dice.pick(cells, 'focus', '');
}

interface Context {
  readonly dice: Dice;
  readonly world: World;
  readonly hurtMs: number;
  readonly focus: Focus;
  readonly swarm: ReturnType<typeof swarmOf>;
  readonly actions: ActionSwarm;
}

interface Placed {
  readonly entry: TimelineEntry;
  readonly occupied: readonly Occupied[];
}

/**
 * In most schedules a way or two are slow all the while. A request that takes two milliseconds is met by a kill once in a hundred
 * times; where it takes half a second, something is in flight whenever anything happens, and a move can be met at each of its steps.
 */
function slowWays({ dice, world, hurtMs, focus }: Context): Placed[] {
  if (!dice.chance(0.7, 'slow', '')) return [];
  const ways = waysOf(world, focus);
  const chosen = new Set(
    Array.from({ length: dice.whole(1, 3, 'slow', 'ways') }, (_, n) => dice.pickWeighted(ways, 'slow', 'way', n)),
  );
  return [...chosen].map((way) => slowWay(way, hurtMs, dice));
}

function waysOf(world: World, { cell, moves }: Focus): readonly (readonly [string, number])[] {
  const store = (name: 'aurora' | 'sqs') => !world.cell.without.includes(name);
  const ways = [
    [`router->${cell}`, 2],
    ...(store('aurora')
      ? ([
          [`${cell}/web->${cell}/aurora`, 4],
          [`${cell}/worker->${cell}/aurora`, isImpatient(world) ? 12 : 3],
        ] as const)
      : []),
    ...(store('sqs') ? ([[`${cell}/worker->${cell}/sqs`, 1]] as const) : []),
    ...(moves && store('aurora') ? cellIds(world.cells).map((each) => [`control->${each}/aurora`, 3] as const) : []),
  ] as const;
  return ways.filter(([way]) => world.cell.worker > 0 || !way.includes('/worker->'));
}

function slowWay(target: string, hurtMs: number, dice: Dice): Placed {
  // Jobs have more time than requests.
  const latency = dice.scaled(target.includes('/worker->') ? 100 : 20, 4000, 'slow', target);
  const settings = { latency, jitter: dice.chance(0.5, 'slow-jitter', target) ? latency : 0 };
  const step = { kind: 'fault', fault: 'latency', target, settings, forMs: hurtMs, hold: false } as const;
  const fromMs = 500;
  const endMs = fromMs + hurtMs;
  const places = placesOf(step);
  return {
    entry: { line: 0, trigger: { kind: 'at', ms: fromMs }, step },
    // Its probes need both sides when it takes and when it goes, and nothing in between.
    occupied: [
      { ...places, fromMs, untilMs: fromMs + 1000 },
      { hurts: places.hurts, needs: [], fromMs, untilMs: endMs },
      { ...places, fromMs: endMs, untilMs: endMs + 2500 },
    ],
  };
}

function placeFault({ dice, world, hurtMs, focus, swarm }: Context, n: number): Placed {
  const onEvent = dice.chance(0.35, 'triggered', '', n);
  const met = onEvent ? drawMeeting(dice, focus.moves, n) : null;
  const { step, lastsMs } = drawFault(dice, world, swarm, focus, met, n);
  const trigger = met ? afterEvent(dice, met, cellOf(step.target), n) : at(dice, hurtMs, n);
  // Nobody can say when an event will come: such faults keep out of each other's way alone, and now and then one proves nothing.
  const [fromMs, untilMs] = trigger.kind === 'at' ? [trigger.ms, trigger.ms + lastsMs] : [-1, 0];
  return { entry: { line: 0, trigger, step }, occupied: [{ ...placesOf(step), fromMs, untilMs }] };
}

function placeAction({ dice, world, hurtMs, focus, actions }: Context, n: number): Placed | null {
  const step = drawAction(dice, world, actions, focus.cell, n);
  if (!step) return null;
  const trigger = at(dice, hurtMs, n);
  return { entry: { line: 0, trigger, step }, occupied: [] };
}

/** Faults of a volume, and what both instances of an Aurora must be well for. */
const ofAurora: ReadonlySet<string> = new Set(['aurora-failover', 'disk-full', 'slow-disk', 'read-only', 'power-loss']);

function placesOf({ fault, target, forMs }: ReturnType<typeof drawFault>['step']): Footprint {
  const own = ofAurora.has(fault) && cellOf(target) !== null ? [`${cellOf(target)}/aurora`] : [];
  // Where control replaces a part, or pushes a map, control must be there for it.
  const replaced = forMs === null && fault !== 'aurora-failover' && !target.includes('->');
  const byControl = replaced || fault === 'map-stale' || fault === 'map-corrupt' ? ['control'] : [];
  const { hurts, needs } = footprintOf(target);
  return { hurts: [...hurts, ...own], needs: [...needs, ...byControl] };
}

/** Half of all things happen close to each other: bugs live where two meet. */
function at(dice: Dice, hurtMs: number, n: number): Extract<Trigger, { kind: 'at' }> {
  const firstMs = 500;
  const centre = dice.share('centre', '', dice.whole(0, 1, 'centre-of', '', n));
  const share = dice.chance(0.5, 'clustered', '', n)
    ? Math.min(1, centre + dice.share('near', '', n) * 0.1)
    : dice.share('time', '', n);
  return { kind: 'at', ms: Math.round((firstMs + share * (hurtMs - firstMs)) / 10) * 10 };
}

/** The steps of a tenant's move, each a moment at which a crash must be survived. */
const moveSteps = ['quiesced', 'drained', 'fenced', 'copied', 'verified', 'flipped', 'resumed', 'cleaned'] as const;

function drawMeeting(dice: Dice, moves: boolean, n: number): Meeting {
  if (moves && dice.chance(0.5, 'after-move', '', n)) return 'move';
  return dice.pick(['write', 'job'], 'after', 'what', n);
}

function afterEvent(dice: Dice, met: Meeting, cell: string | null, n: number): Trigger {
  if (met === 'move') {
    const event = `move.${dice.pick(moveSteps, 'after', 'step', n)}`;
    return { kind: 'after', event, match: {}, count: dice.whole(1, 2, 'after', 'move-count', n) };
  }
  const event =
    met === 'write' ? 'write.committed' : dice.pick(['job.accepted', 'job.started', 'job.started'], 'after', 'job', n);
  const count = dice.scaled(1, met === 'write' ? 40 : 8, 'after', 'count', n);
  return { kind: 'after', event, match: cell === null ? {} : { cell }, count };
}

/** A base's own times, all by one factor, so that their order stays. */
function stretched(timeline: readonly TimelineEntry[], dice: Dice): TimelineEntry[] {
  const factor = 0.5 + dice.share('stretch', '');
  return timeline.map((entry) =>
    entry.trigger.kind === 'at'
      ? { ...entry, trigger: { kind: 'at', ms: Math.round((entry.trigger.ms * factor) / 10) * 10 } }
      : entry,
  );
}

function occupiedBy({ trigger, step }: TimelineEntry): Occupied[] {
  if (step.kind !== 'fault') return [];
  const fromMs = trigger.kind === 'at' ? trigger.ms : 0;
  const untilMs = trigger.kind === 'at' && step.forMs !== null ? fromMs + step.forMs + 2500 : Infinity;
  return [{ ...placesOf(step), fromMs, untilMs }];
}

function orderOf(trigger: Trigger): number {
  return trigger.kind === 'at' ? trigger.ms : Infinity;
}
