import { faultKinds } from '../faults/catalogue.ts';
import type { FaultKind, FaultSetting } from '../faults/fault.ts';
import type { Step } from '../scenario/scenario.ts';
import { cellIds } from '../world/population.ts';
import type { World } from '../world/world.ts';
import type { Dice } from './dice.ts';
import { drawTarget, shapesOf, type Focus } from './draw-target.ts';

/** Left out: what loses data by design, so that no code could keep its promises. */
const neverDrawn: ReadonlySet<string> = new Set(['storage-wiped']);

/** The kinds that a search draws from. */
export function drawableKinds(world: World): readonly FaultKind[] {
  return faultKinds.filter(
    (kind) =>
      !neverDrawn.has(kind.kind) &&
      (kind.on === undefined || kind.on.includes('virtual')) &&
      shapesOf(kind, world).length > 0,
  );
}

/** What ends parts, freezes them or breaks their connections is where protocols fail; the others come along. How many times as often. */
const oftener: Readonly<Record<string, number>> = {
  ...{ kill: 6, pause: 4, partition: 3, latency: 3 },
  ...{ stop: 2, stall: 2, reset: 2, 'aurora-failover': 2 },
};

/**
 * The kinds of one schedule with their weights (swarm testing): a random few, or what one kind does is hidden by what all the
 * others do. At least one.
 */
export function swarmOf(dice: Dice, world: World): readonly (readonly [FaultKind, number])[] {
  const all = drawableKinds(world);
  const chosen = all.filter(({ kind }) => dice.chance(oftener[kind] !== undefined ? 0.5 : 0.25, 'swarm', kind));
  const kinds = chosen.length > 0 ? chosen : [dice.pick(all, 'swarm', 'only')];
  return kinds.map(
    (each) => [each, (oftener[each.kind] ?? 1) * dice.scaled(1, 16, 'swarm-weight', each.kind)] as const,
  );
}

export interface DrawnFault {
  readonly step: Extract<Step, { kind: 'fault' }>;
  /** How long it will last at most, as far as can be said beforehand, in milliseconds. */
  readonly lastsMs: number;
}

/** What a fault is to meet. */
export type Meeting = 'move' | 'write' | 'job';

/** Who takes part in it. */
const takesPart: Readonly<Record<Meeting, ReadonlySet<string>>> = {
  move: new Set(['aurora', 'control', 'link']),
  write: new Set(['web', 'aurora', 'alb', 'link']),
  job: new Set(['worker', 'sqs', 'aurora']),
};

/** What is done in the n-th place of a schedule, if that is a fault: where it is to meet something, mostly to somebody who takes part. */
export function drawFault(
  dice: Dice,
  world: World,
  swarm: readonly (readonly [FaultKind, number])[],
  focus: Focus,
  met: Meeting | null,
  n: number,
): DrawnFault {
  const kind = dice.pickWeighted(swarm, 'kind', '', n);
  const all = shapesOf(kind, world);
  const part = met && dice.chance(0.7, 'takes-part', '', n) ? all.filter(([each]) => takesPart[met].has(each)) : [];
  const shape = dice.pickWeighted(part.length > 0 ? part : all, 'shape', kind.kind, n);
  const onControlsWay = met === 'move' && part.length > 0 && shape === 'link' && !world.cell.without.includes('aurora');
  const target = onControlsWay
    ? `control->${dice.pick(cellIds(world.cells), 'takes-part', 'cell', n)}/aurora`
    : drawTarget(dice, world, shape, focus, n);
  const settings = Object.fromEntries(kind.settings.map((each) => [each.name, drawSetting(dice, kind, each, n)]));
  const held = heldDown(kind, target);
  const mayHold = !held && kind.defaultForMs === null;
  const hold = mayHold && dice.chance(0.3, 'hold', kind.kind, n);
  const forMs = held || hold || (kind.defaultForMs ?? 0) > 0 ? drawDuration(dice, kind, n) : null;
  return {
    step: { kind: 'fault', fault: kind.kind, target, settings, forMs, hold },
    lastsMs: (forMs ?? world.cell.replaceAfterMs) + afterwardsMs,
  };
}

/** What a part needs to be back, and a probe to see it. */
const afterwardsMs = 2500;

/** Whether it stays until it is healed: nothing replaces a cell, the map, control or a router. */
function heldDown(kind: FaultKind, target: string): boolean {
  return kind.defaultForMs === null && (!target.includes('/') || target.startsWith('router/'));
}

/** Longer than whatever gives up waits: a move, a call, a health check. */
const longMs = [6000, 10_000] as const;

/** A kind has one shortest duration in a schedule, and most last not much longer: half a second or six, rarely both. */
function drawDuration(dice: Dice, { kind }: FaultKind, n: number): number {
  if (dice.chance(0.12, 'long', kind, n)) return dice.whole(longMs[0] / 50, longMs[1] / 50, 'long-for', kind, n) * 50;
  const leastMs = dice.scaled(200, 3000, 'swarm-least', kind);
  return Math.min(8000, Math.round((leastMs * (1 - Math.log(1 - dice.share('duration', kind, n)))) / 50) * 50);
}

function drawSetting(dice: Dice, { kind }: FaultKind, setting: FaultSetting, n: number): number | string {
  const about = `${kind}.${setting.name}`;
  if (setting.words !== undefined) return dice.pick(setting.words, 'setting', about, n);
  const usual = setting.default;
  if (typeof usual === 'string') return usual;
  const { min = 0, max = Infinity } = setting;
  if (usual === 0)
    return dice.chance(0.5, 'setting-zero', about, n) ? 0 : dice.scaled(1, Math.min(4096, max), 'setting', about, n);
  // A quarter to four times what is usual, as often above as below; now and then more than anybody waits for.
  const most = dice.chance(0.25, 'setting-far', about, n) ? 20 : 4;
  const [low, high] = [Math.max(min, usual / 4), Math.min(max, usual * most)];
  const value = low * (high / low) ** dice.share('setting', about, n);
  return Number.isInteger(usual) ? Math.round(value) : Number(value.toPrecision(2));
}
