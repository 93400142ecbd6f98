import type { Action, Step } from '../scenario/scenario.ts';
import { TenantLaw } from '../traffic/plan.ts';
import { cellIds, tenantIds, tenantsOfCell } from '../world/population.ts';
import type { PolicyName } from '../world/policies.ts';
import type { World } from '../world/world.ts';
import type { Dice } from './dice.ts';

type ActionKind = 'move' | 'evacuate' | 'drain' | 'scale' | 'redrive' | 'tenant-add' | 'set';

/** Moves are where the worst bugs live. */
const weights: readonly (readonly [ActionKind, number])[] = [
  ['move', 12],
  ['evacuate', 2],
  ['drain', 2],
  ['scale', 2],
  ['redrive', 2],
  ['tenant-add', 1],
  ['set', 2],
];

/** Values of policies that no promise depends on. */
const safeValues: readonly (readonly [PolicyName, readonly string[]])[] = [
  ['dispatch', ['fifo', 'lifo']],
  ['visibility', ['1s', '2s', '5s']],
  ['maxReceives', ['2', '3', '5']],
  ['placement', ['least-loaded', 'random']],
  ['clientRetry', ['keyed', 'none']],
];

/** One tenant is moved most, and meets itself: moves of it while it moves, and back. Mostly the one that asks most. There must be tenants. */
export function favouriteOf(dice: Dice, world: World): string {
  const tenants = tenantIds(world);
  const busiest = new TenantLaw(world.seed, tenants, world.traffic.skew).at(0);
  return busiest !== null && dice.chance(0.7, 'busiest', '') ? busiest : dice.pick(tenants, 'favourite', '');
}

const moving: ReadonlySet<ActionKind> = new Set(['move', 'evacuate', 'drain']);

/** Whether any of these makes tenants move. */
export function movesTenants(swarm: ActionSwarm): boolean {
  return swarm.some(([kind]) => moving.has(kind));
}

export type ActionSwarm = readonly (readonly [ActionKind, number])[];

/** The actions of one schedule with their weights: a random few. */
export function actionsOf(dice: Dice): ActionSwarm {
  const chosen = weights.filter(([kind]) => dice.chance(0.5, 'swarm-action', kind));
  return chosen.length > 0 ? chosen : weights.slice(0, 1);
}

/** What is done in the n-th place of a schedule, if that is an action; null where this world has no room for it. */
export function drawAction(dice: Dice, world: World, swarm: ActionSwarm, focus: string, n: number): Step | null {
  const kind = dice.pickWeighted(swarm, 'action', '', n);
  if (kind === 'set') {
    const [policy, values] = dice.pick(safeValues, 'policy', '', n);
    return { kind: 'set', policy, value: dice.pick(values, 'policy-value', policy, n) };
  }
  const action = actionOf(dice, world, kind, focus, n);
  return action && { kind: 'action', action };
}

function actionOf(dice: Dice, world: World, kind: Exclude<ActionKind, 'set'>, focus: string, n: number): Action | null {
  const cells = cellIds(world.cells);
  const cell = dice.chance(0.6, 'action-focus', '', n) ? focus : dice.pick(cells, 'action-cell', '', n);
  switch (kind) {
    case 'move': {
      const tenants = tenantIds(world);
      if (tenants.length === 0 || cells.length < 2) return null;
      const own = dice.chance(0.6, 'move-favourite', '', n);
      const tenant = own ? favouriteOf(dice, world) : dice.pick(tenants, 'move', 'tenant', n);
      // Mostly away from where it was born.
      const born = cells.find((each) => tenantsOfCell(world, each).includes(tenant));
      const away = cells.filter((each) => each !== born || dice.chance(0.3, 'move-home', '', n));
      return { do: 'move', tenant, to: dice.pick(away, 'move', 'to', n) };
    }
    case 'evacuate':
    case 'drain':
      return cells.length < 2 ? null : { do: kind, cell };
    case 'scale': {
      const service = dice.pick(['web', 'worker'] as const, 'scale', 'service', n);
      return { do: 'scale', cell, service, count: dice.whole(1, 3, 'scale', 'count', n) };
    }
    case 'redrive':
      return { do: 'redrive', cell };
    case 'tenant-add':
      return { do: 'tenant-add', tenant: `new${n}`, cell: dice.chance(0.5, 'add', 'cell', n) ? cell : null };
  }
}
