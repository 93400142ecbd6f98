import type { Parsed } from './quantities.ts';
import type { World } from './world.ts';

/** What the command line may change about a world. Ranges are checked where the words are read. */
export interface WorldOverrides {
  readonly on?: World['on'];
  readonly name?: string;
  readonly seed?: number;
  readonly cells?: number;
  readonly routers?: number;
  readonly port?: number;
  readonly engine?: World['engine'];
  readonly traffic?: boolean;
}

/** Lays the command line over a world. A number of tenants that nobody stated follows the number of cells. */
export function overrideWorld(world: World, statesTenants: boolean, overrides: WorldOverrides): Parsed<World> {
  const cells = overrides.cells ?? world.cells;
  const tenants = statesTenants ? world.tenants : Math.min(60, cells * Math.min(20, world.cell.maxTenants));
  const room = cells * world.cell.maxTenants;
  if (tenants > room)
    return {
      ok: false,
      error: `${tenants} tenants do not fit into ${cells} × maxTenants ${world.cell.maxTenants} = ${room}: ask for more cells`,
    };
  return {
    ok: true,
    value: {
      ...world,
      on: overrides.on ?? world.on,
      name: overrides.name ?? world.name,
      seed: overrides.seed ?? world.seed,
      cells,
      tenants,
      routers: overrides.routers ?? world.routers,
      port: overrides.port ?? world.port,
      engine: overrides.engine ?? world.engine,
      traffic: { ...world.traffic, on: overrides.traffic ?? world.traffic.on },
    },
  };
}

/** Names what differs between two worlds, by key: `cells`, `cell.web`. */
export function differences(left: World, right: World): readonly string[] {
  const flatLeft = flatten(left);
  const flatRight = flatten(right);
  const keys = new Set([...Object.keys(flatLeft), ...Object.keys(flatRight)]);
  return [...keys].filter((key) => flatLeft[key] !== flatRight[key]);
}

function flatten(value: object, prefix = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
      typeof inner === 'object' && inner !== null
        ? Object.entries(flatten(inner, `${prefix}${key}.`))
        : [[`${prefix}${key}`, inner]],
    ),
  );
}
