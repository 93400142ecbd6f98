import type { Action, Scenario, Step, TimelineEntry, Trigger } from '../scenario/scenario.ts';
import { cellIds, tenantIds, tenantsOfCell } from '../world/population.ts';
import type { World } from '../world/world.ts';

/** What the cells and tenants of a scenario are called in a smaller one. */
interface Names {
  cell(name: string): string;
  tenant(name: string): string;
}

/**
 * The same scenario with fewer tenants, or with a cell left out: whoever its timeline names lives in the same cell as before.
 * Null where somebody it names would live nowhere, or where it names the cell that is to go.
 */
export function resized(
  scenario: Scenario,
  change: { readonly tenants?: number; readonly withoutCell?: string },
): Scenario | null {
  const { world } = scenario;
  const { withoutCell } = change;
  const kept = cellIds(world.cells).filter((cell) => cell !== withoutCell);
  const smaller: World = { ...world, cells: kept.length, tenants: change.tenants ?? world.tenants };
  if (smaller.tenants > smaller.cells * smaller.cell.maxTenants) return null;
  const cells = new Map(kept.map((cell, at) => [cell, cellIds(kept.length)[at]!]));
  const named = namesIn(scenario);
  if (withoutCell !== undefined && named.cells.has(withoutCell)) return null;
  const tenants = renameTenants(world, smaller, named.tenants, cells);
  if (!tenants) return null;
  const names: Names = {
    cell: (name) => cells.get(name) ?? name,
    tenant: (name) => tenants.get(name) ?? name,
  };
  return { ...scenario, world: smaller, timeline: scenario.timeline.map((entry) => renameEntry(entry, names)) };
}

function renameTenants(
  world: World,
  smaller: World,
  named: ReadonlySet<string>,
  cells: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> | null {
  const renamed = new Map<string, string>();
  for (const cell of cellIds(world.cells)) {
    const own = tenantsOfCell(world, cell).filter((tenant) => named.has(tenant));
    const home = cells.get(cell);
    const room = home === undefined ? [] : tenantsOfCell(smaller, home);
    if (own.length > room.length) return null;
    own.forEach((tenant, at) => renamed.set(tenant, room[at]!));
  }
  return renamed;
}

/** Every cell and tenant of the world that the timeline speaks of. */
function namesIn({ world, timeline }: Scenario): {
  readonly cells: ReadonlySet<string>;
  readonly tenants: ReadonlySet<string>;
} {
  const cells = new Set<string>();
  const tenants = new Set<string>();
  const noting = (into: Set<string>, known: readonly string[]) => (name: string) => {
    if (known.includes(name)) into.add(name);
    return name;
  };
  // Renaming meets every name there is.
  const names: Names = { cell: noting(cells, cellIds(world.cells)), tenant: noting(tenants, tenantIds(world)) };
  for (const entry of timeline) renameEntry(entry, names);
  return { cells, tenants };
}

function renameEntry(entry: TimelineEntry, names: Names): TimelineEntry {
  return { ...entry, trigger: renameTrigger(entry.trigger, names), step: renameStep(entry.step, names) };
}

function renameTrigger(trigger: Trigger, names: Names): Trigger {
  if (trigger.kind === 'at') return trigger;
  if (trigger.kind === 'when') {
    const { condition } = trigger;
    if (condition.cell === null) return trigger;
    const cell = names.cell(condition.cell);
    const text = condition.text.replace(`${condition.cell}.`, `${cell}.`);
    return { kind: 'when', condition: { ...condition, cell, text } };
  }
  const match = Object.fromEntries(
    Object.entries(trigger.match).map(([field, value]) => {
      if (field === 'cell') return [field, names.cell(String(value))];
      return [field, field === 'tenant' ? names.tenant(String(value)) : value];
    }),
  );
  return { ...trigger, match };
}

function renameStep(step: Step, names: Names): Step {
  switch (step.kind) {
    case 'fault':
      return { ...step, target: renameTarget(step.target, names) };
    case 'heal':
      return step.target === null ? step : { ...step, target: renameTarget(step.target, names) };
    case 'set':
      return step;
    case 'action':
      return { kind: 'action', action: renameAction(step.action, names) };
  }
}

function renameAction(action: Action, names: Names): Action {
  switch (action.do) {
    case 'restart':
      return { ...action, target: renameTarget(action.target, names) };
    case 'tenant-add':
    case 'pin': {
      const cell = action.cell === null ? null : names.cell(action.cell);
      return { ...action, tenant: names.tenant(action.tenant), cell };
    }
    case 'quarantine': {
      const to = action.to === null ? null : names.cell(action.to);
      return { ...action, tenant: names.tenant(action.tenant), to };
    }
    case 'move':
      return { ...action, tenant: names.tenant(action.tenant), to: names.cell(action.to) };
    case 'drain':
    case 'evacuate':
    case 'scale':
    case 'redrive':
      return { ...action, cell: names.cell(action.cell) };
    case 'traffic':
      return action;
  }
}

/** `b/web/1->b/aurora`, `router->b`, `links/b`, `b`. */
function renameTarget(target: string, names: Names): string {
  return target
    .split('->')
    .map((side) => {
      const [head = '', ...rest] = side.split('/');
      if (head === 'links' && rest[0] !== undefined) return `links/${names.cell(rest[0])}`;
      return [names.cell(head), ...rest].join('/');
    })
    .join('->');
}
