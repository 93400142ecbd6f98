import { dockerPlaces, redisPort } from '../world/docker-places.ts';
import { Plan } from '../world/plan.ts';
import { cellPolicies, clientRetry, controlPolicies, policyValues, routerPolicies } from '../world/policies.ts';
import type { World } from '../world/world.ts';

/** The queue engine's image, as the file names it: the plan knows it by this word alone. */
const redisImage = 'redis';

const task = { cpus: 1, memoryBytes: 512 * 1024 ** 2 } as const;

/**
 * The world that plain Compose starts: the default one, on real Redis, with gentle traffic of its own. Written out here, since
 * every container works it out for itself as it starts, and the schema that fills in defaults costs more than the rest of that.
 * A test keeps it equal to the default world.
 */
export const composeWorld: World = {
  on: 'docker',
  bug: null,
  name: 'compose',
  seed: 1,
  cells: 3,
  tenants: 60,
  routers: 1,
  port: null,
  tenantFrom: 'header',
  engine: 'redis',
  cell: {
    web: 2,
    worker: 1,
    maxTenants: 40,
    replaceAfterMs: 2000,
    xlAbove: 1000,
    workerConcurrency: 4,
    auroraFailoverMs: 1000,
    volumeBytes: null,
    sizes: { web: task, worker: task, xl: { cpus: 2, memoryBytes: 1024 ** 3 }, other: task },
    services: {},
    without: [],
  },
  protocol: null,
  // No XL jobs: their workers come and go with the work, and nobody is there to bring them until `petri attach`.
  traffic: { on: true, rps: 20, mix: { read: 0.7, write: 0.25, job: 0.05, xl: 0 }, skew: 0.9 },
  images: { node: null, redis: null },
  policies: {},
};

/** What runs in it, and how the parts find each other: all from the names that Compose gives them. */
export function composePlan(token: string): Plan {
  const values = policyValues(composeWorld.policies);
  return new Plan({
    world: composeWorld,
    token,
    places: dockerPlaces(redisPort),
    engine: () => ({ program: 'redis-image', image: redisImage, configuration: '' }),
    desired: null,
    policies: {
      cell: cellPolicies(values),
      router: routerPolicies(values),
      clientRetry: clientRetry(values),
      control: controlPolicies(values),
    },
  });
}
