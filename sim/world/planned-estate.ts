import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { Plan } from './plan.ts';
import type { Places } from './places.ts';
import { cellPolicies, clientRetry, controlPolicies, policyValues, routerPolicies } from './policies.ts';
import type { Estate } from './target.ts';
import type { World } from './world.ts';

const endpoint: Endpoint = { host: '127.0.0.1', port: 1 };
/** Nobody starts what is planned here. */
const nowhere: Places = {
  listen: () => endpoint,
  reach: () => endpoint,
  volume: (name) => name,
  eventsFile: (address) => address,
};

/**
 * What there will be to name in a world, before it is grown. `scaled`: the most tasks that a service is to have, beside what
 * the world says (`b/web` → 4). A cell's first XL worker can be named, though it comes and goes.
 */
export function plannedEstate(world: World, scaled: Readonly<Record<string, number>> = {}): Estate {
  const initial = planOf(world, null);
  const desired = withMost(initial.desired(), scaled);
  const plan = planOf(world, desired);
  const tasks = Object.entries(desired)
    .filter(([service]) => /\/(web|worker|xl)$/.test(service))
    .flatMap(([service, count]) => Array.from({ length: count }, (_, index) => `${service}/${index + 1}`));
  const xl = plan.has('xl') ? plan.cells.map((cell) => `${cell}/xl/1`) : [];
  const addresses = [...initial.initialParts().map(({ address }) => address), ...tasks, ...xl];
  const roles = (cell: string) => [[`${cell}/aurora/1`, 'writer'] as const, [`${cell}/aurora/2`, 'reader'] as const];
  return {
    cells: plan.cells,
    addresses: [...new Set(addresses)].filter((address) => address !== 'traffic'),
    links: [...new Set(plan.cells.flatMap((cell) => plan.linksOf(cell).map(({ name }) => name)))],
    auroraRoles: plan.has('aurora') ? Object.fromEntries(plan.cells.flatMap(roles)) : {},
  };
}

function planOf(world: World, desired: Readonly<Record<string, number>> | null): Plan {
  const values = policyValues(world.policies);
  return new Plan({
    world,
    token: '',
    places: nowhere,
    engine: null,
    desired,
    policies: {
      cell: cellPolicies(values),
      router: routerPolicies(values),
      clientRetry: clientRetry(values),
      control: controlPolicies(values),
    },
  });
}

function withMost(
  desired: Readonly<Record<string, number>>,
  scaled: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const most = { ...desired };
  for (const [service, count] of Object.entries(scaled))
    if (most[service] !== undefined) most[service] = Math.max(most[service], count);
  return most;
}
