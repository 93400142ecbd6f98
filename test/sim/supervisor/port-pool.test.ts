import { expect, test } from 'vitest';
import { portsOfWorld } from '../../../sim/supervisor/port-pool.ts';
import { Plan } from '../../../sim/world/plan.ts';
import {
  cellPolicies,
  clientRetry,
  controlPolicies,
  policyValues,
  routerPolicies,
} from '../../../sim/world/policies.ts';
import { processPlaces } from '../../../sim/world/process-places.ts';
import { defaultWorld, type WorldFile } from '../../../sim/world/schema.ts';

const shapes: [string, Omit<WorldFile, 'petri'>][] = [
  ['the default one', {}],
  ['one of the widest cells', { cells: 1, cell: { web: 16, worker: 16 } }],
  ['many of the narrowest cells', { cells: 24, cell: { web: 1, worker: 0 } }],
  ['with as many routers as there may be', { cells: 1, routers: 8 }],
];

test.each(shapes)('the ports that are reserved for a world are enough: %s', (_shape, file) => {
  const world = defaultWorld(file);
  const names = new Set<string>();
  const portOf = (name: string) => names.add(name).size;
  const values = policyValues({});
  const plan = new Plan({
    world,
    token: '',
    places: processPlaces({ folders: { volumes: '', events: '' }, portOf, routerPort: 8080 }),
    engine: null,
    desired: null,
    policies: {
      cell: cellPolicies(values),
      router: routerPolicies(values),
      clientRetry: clientRetry(values),
      control: controlPolicies(values),
    },
  });
  plan.initialParts();
  expect(names.size).toBeGreaterThan(0);
  expect(portsOfWorld(world)).toBeGreaterThanOrEqual(names.size);
});
