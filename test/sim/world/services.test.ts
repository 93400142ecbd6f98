import { expect, test } from 'vitest';
import { dockerPlaces } from '../../../sim/world/docker-places.ts';
import { Plan } from '../../../sim/world/plan.ts';
import { cellPolicies, policyValues, routerPolicies } from '../../../sim/world/policies.ts';
import { processPlaces } from '../../../sim/world/process-places.ts';
import { skippedBy, spokenMix } from '../../../sim/world/protocol.ts';
import { defaultWorld, type WorldFile } from '../../../sim/world/schema.ts';

const shop: Omit<WorldFile, 'petri'> = {
  cells: 1,
  cell: {
    web: 2,
    services: {
      web: { command: ['node', 'web.mjs', '--port={{self.port}}'], env: { DB: 'tcp://{{db}}/x', CELL: '{{cell}}' } },
      worker: { command: ['worker'], env: { HOST: '{{db.host}}', PORT_OF_DB: '{{db.port}}' } },
      db: { image: 'mysql:8.4', port: 3306, volumes: { data: '/var/lib/mysql' }, env: { DATA: '{{volume.data}}' } },
      search: { image: 'search', env: { DB: '{{db}}' }, onLoss: 'none' },
    },
  },
  protocol: { read: { path: '/r/{{key}}' } },
};

function planOf(file: Omit<WorldFile, 'petri'>, on: 'process' | 'docker' = 'process'): Plan {
  const world = { ...defaultWorld(file), on };
  const ports = new Map<string, number>();
  const portOf = (name: string) => ports.get(name) ?? ports.set(name, 20_000 + ports.size).get(name)!;
  const folders = { volumes: '/state/volumes', events: '/state/events' };
  const values = policyValues({});
  return new Plan({
    world,
    token: 'secret',
    places:
      on === 'docker' ? dockerPlaces(6379, world.cell.services) : processPlaces({ folders, portOf, routerPort: 8080 }),
    engine: null,
    desired: null,
    policies: {
      cell: cellPolicies(values),
      router: routerPolicies(values),
      clientRetry: 'keyed',
      control: { placement: 'least-loaded', admission: true, movesInFlight: 2, evacuateMaxRatio: 0.34 },
    },
  });
}

function runOf(plan: Plan, address: string) {
  const run = plan.part(address)?.run;
  if (run?.program !== 'foreign') throw new Error(`${address} is not a service of the user's own`);
  return run;
}

test('a web of the user’s own leaves out what nobody names', () => {
  const plan = planOf(shop);
  const parts = plan.initialParts().filter(({ cell }) => cell === 'a');
  expect(parts.map(({ address, kind }) => `${address} ${kind}`)).toEqual([
    'a/alb alb',
    'a/db service',
    'a/search service',
    'a/web/1 web',
    'a/web/2 web',
    'a/worker/1 worker',
  ]);
  expect(plan.desired()).toEqual({ 'a/web': 2, 'a/worker': 1, 'a/alb': 1, 'a/db': 1, 'a/search': 1 });
});

test('what a service names is kept, and everything is where only the web stays Petri’s', () => {
  const named = planOf({ cells: 1, cell: { services: { web: { command: ['x'], env: { Q: '{{sqs}}' } } } } });
  expect(named.initialParts().map(({ address }) => address)).toContain('a/sqs');
  expect(named.has('aurora')).toBe(false);
  const beside = planOf({ cells: 1, cell: { services: { db: { image: 'mysql' } } } });
  expect(beside.initialParts().map(({ address }) => address)).toEqual(
    expect.arrayContaining(['a/aurora/1', 'a/aurora/2', 'a/dynamodb', 'a/sqs', 'a/db', 'a/worker/1']),
  );
});

test('every way from a task to an added part is a link of its own', () => {
  const links = planOf(shop).linksOf('a');
  expect(links.map(({ name }) => name)).toEqual([
    'router->a',
    'a/web/1->a/db',
    'a/web/1->a/search',
    'a/web/2->a/db',
    'a/web/2->a/search',
    'a/worker/1->a/db',
    'a/worker/1->a/search',
    'a/search->a/db',
  ]);
});

test('addresses are those of the links, and nothing is left to fill', () => {
  const plan = planOf(shop);
  const link = plan.linksOf('a').find(({ name }) => name === 'a/web/2->a/db');
  const web = runOf(plan, 'a/web/2');
  const own = web.ready?.endpoint.port;
  expect(web.command).toEqual(['node', 'web.mjs', `--port=${own}`]);
  expect(web.env).toEqual({ PORT: String(own), DB: `tcp://127.0.0.1:${link?.listen.port}/x`, CELL: 'a' });
  expect(runOf(plan, 'a/db').env).toMatchObject({ DATA: '/state/volumes/a.db.data' });
  expect(runOf(plan, 'a/worker/1')).toMatchObject({ ready: null, env: { HOST: '127.0.0.1' } });
});

test('in containers everyone has a port of their own choice, and links have one each', () => {
  const plan = planOf(shop, 'docker');
  const db = runOf(plan, 'a/db');
  expect(db).toMatchObject({
    image: 'mysql:8.4',
    env: { PORT: '3306', DATA: '/var/lib/mysql' },
    ready: { endpoint: { host: 'a-db', port: 3306 }, health: null },
    mounts: [{ volume: 'a.db.data', folder: '/var/lib/mysql' }],
    user: '1000',
    root: 'read-only',
  });
  expect(runOf(plan, 'a/web/1').env['DB']).toMatch(/^tcp:\/\/links-a:1\d{4}\/x$/);
  const ends = plan.linksOf('a').map(({ listen }) => listen.port);
  expect(new Set(ends).size).toBe(ends.length);
  expect(plan.linksOf('a').find(({ name }) => name === 'a/search->a/db')?.to).toEqual({ host: 'a-db', port: 3306 });
});

test('a load balancer knows that its tasks are not Petri’s; control needs no stores', () => {
  const plan = planOf(shop);
  expect(plan.part('a/alb')?.run).toMatchObject({ config: { settings: { foreign: { health: null } } } });
  expect(planOf({}).part('a/alb')?.run).not.toMatchObject({ config: { settings: { foreign: expect.anything() } } });
  const control = plan.control().run;
  expect(control.program === 'control' && Object.keys(control.config.upstreams)).toEqual(['map', 'routers']);
});

test('kinds of requests without a template are left out of the mix, and what nobody can see is skipped', () => {
  const world = defaultWorld(shop);
  expect(world.traffic.mix).toEqual({ read: 1, write: 0, job: 0, xl: 0 });
  expect(world.protocol && skippedBy(world.protocol)).toEqual([
    { what: 'read-back of acknowledged writes', because: 'protocol has no write' },
    { what: 'ends of accepted jobs', because: 'protocol has no submit' },
  ]);
  const unspoken = defaultWorld({ cell: { services: { web: { command: ['x'] } } } });
  expect(unspoken.traffic).toMatchObject({ on: false, mix: { read: 0, write: 0, job: 0, xl: 0 } });
  expect(spokenMix({ read: 0.5, write: 0.5, job: 0, xl: 0 }, null)).toEqual({ read: 0.5, write: 0.5, job: 0, xl: 0 });
});
