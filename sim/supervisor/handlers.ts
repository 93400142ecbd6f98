import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Event } from '../../cells/runtime/events.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Handler, Peer } from '../../cells/protocol/server.ts';
import { isXl } from '../world/address.ts';
import { findPolicy, parsePolicy, policies, policyValues, printTakes, type Policy } from '../world/policies.ts';
import type { FinalReadBack } from '../traffic/contract.ts';
import { version } from '../version.ts';
import type { Status } from '../state/status.ts';
import type { PolicyRow, RouteAnswer, SupervisorMethod, SupervisorMethods } from './contract.ts';
import type { ResolvedTarget } from '../faults/fault.ts';
import { explained } from './explained.ts';
import type { LiveWorld } from './live-world.ts';
import type { Owner } from './owner.ts';
import { emptyCell, moveTenant } from './moves.ts';
import { why } from './why.ts';
import { routeAnswer } from './route-answer.ts';

/** A follower that does not read is let go, rather than remembered for ever: this many bytes may wait for it. */
const bufferedBytesMax = 8 * 1024 * 1024;
const tasksMax = 16;
const eventsMax = 10_000;
const readBackLookMs = 100;

export type Handlers = {
  readonly [Method in SupervisorMethod]: (
    args: SupervisorMethods[Method]['args'],
    peer: Peer,
  ) => SupervisorMethods[Method]['result'] | Promise<SupervisorMethods[Method]['result']>;
};

/** What the control socket answers: each method of the contract, over the world that lives now. */
export function handlersOf(owner: Owner): Readonly<Record<string, Handler>> {
  const live = () => owner.world;
  const handlers: Handlers = {
    hello: () => ({
      world: live().world.name,
      pid: process.pid,
      version,
      format: 1,
      ready: owner.ready,
      ending: owner.ending,
    }),
    async 'world.ready'(_args, peer) {
      peer.notify('progress', owner.progress);
      await owner.untilReady();
      return live().observer.status();
    },
    status: () => live().observer.status(),
    snapshot: () => live().observer.snapshot(),
    'snapshot.subscribe'({ hz }, peer) {
      const everyMs = 1000 / Math.min(10, Math.max(0.2, hz));
      const timer = setInterval(() => {
        if (peer.bufferedBytes() < bufferedBytesMax) peer.notify('snapshot', live().observer.snapshot());
      }, everyMs);
      peer.onClose(() => clearInterval(timer));
      return null;
    },
    tenants: () => live().observer.snapshot().tenants,
    route: ({ tenant }) => routeOf(owner, tenant),
    why({ subject }) {
      const { observer } = live();
      const moves = async () => {
        await observer.mapChanged();
        return observer.books.moves;
      };
      const facts = { status: observer.status(), map: observer.map, ring: observer.ring, moves };
      return why(facts, subject, (tenant) => routeOf(owner, tenant));
    },
    events: ({ limit, kinds }) => live().observer.ring.newest(Math.min(limit, eventsMax), kinds),
    'events.follow': ({ kinds }, peer) => followEvents(owner, kinds, peer),
    logs({ target }) {
      const files = live()
        .resolve(target)
        .addresses.flatMap((address) => live().substrate.logFiles(address));
      if (files.length === 0) throw new RpcError('usage', `${target} has no log of its own: name a part`);
      return { files };
    },
    'fault.inject': (args) => {
      refuseBeforeReady(owner);
      if (args.kind === 'aurora-failover' && !live().plan().has('aurora'))
        throw new RpcError('usage', `${args.target} has no Aurora: the world file leaves it out`);
      return live().faults.inject(args);
    },
    'fault.heal': ({ id }) => live().faults.heal(id),
    restart: ({ target, by }) => restart(owner, target, by),
    'traffic.set': ({ rps, mix, skew, on }) =>
      live().setTraffic({
        ...(rps === undefined ? {} : { rps }),
        ...(mix === undefined ? {} : { mix: { ...live().traffic.mix, ...mix } }),
        ...(skew === undefined ? {} : { skew }),
        ...(on === undefined ? {} : { on }),
      }),
    'read-back': ({ withinMs }) => readBackAll(owner, withinMs),
    'clock.turn'() {
      throw new RpcError('usage', 'only a world in virtual time has a clock that can be turned: petri up --on virtual');
    },
    'policy.list': () => policies.map((policy) => rowOf(live().policies, policy)),
    async 'policy.set'({ name, value }) {
      const parsed = parsePolicy(name, value);
      if (!parsed.ok) throw new RpcError('usage', parsed.error);
      await live().setPolicy(parsed.value.name, parsed.value.value);
      const policy = findPolicy(name);
      if (!policy) throw new RpcError('usage', `there is no policy ${name}`);
      return rowOf(live().policies, policy);
    },
    ...tenantHandlers(owner),
    scale: (args) => scale(owner, args),
    redrive: ({ cell }) => redrive(owner, cell),
    log({ text, command }) {
      live().observer.line(text, command);
      return null;
    },
    reset: () => reset(owner),
    down() {
      const parts = live()
        .parts.all()
        .filter((part) => part.observation.state !== 'stopped').length;
      setImmediate(() => owner.onEnd());
      return { parts, attachedTo: live().attachedTo };
    },
  };
  const answered = handlers as unknown as Readonly<Record<string, Handler>>;
  const all = {
    ...answered,
    ...Object.fromEntries(actions.map((name) => [name, recorded(owner, name, answered[name]!)])),
  };
  return Object.fromEntries(Object.entries(all).map(([name, handler]) => [name, explained(handler)]));
}

/** What somebody can do to a world beside faults and policies, which are recorded as such: `petri scenario live` writes it down from the record. */
const actions = [
  'traffic.set',
  'tenant.add',
  'tenant.override',
  'tenant.move',
  'cell.empty',
  'scale',
  'redrive',
] as const;

function recorded(owner: Owner, method: string, handler: Handler): Handler {
  return async (args, peer) => {
    const askedMs = performance.now();
    const result: unknown = await handler(args, peer);
    owner.world.events.record('action.done', { method, args, tookMs: Math.round(performance.now() - askedMs) });
    return result;
  };
}

/** What is asked about where tenants live. */
function tenantHandlers(owner: Owner) {
  const live = () => owner.world;
  return {
    async 'tenant.add'({ tenant, cell }) {
      await callControl(owner, 'tenant.add', { tenant, cell });
      await live().observer.mapChanged();
      // Where traffic is down it learns of the tenant as it comes back.
      await live()
        .setTrafficTenants()
        .catch(() => null);
      return tenantOf(owner, tenant);
    },
    async 'tenant.override'({ tenant, override }) {
      await callControl(owner, 'tenant.override', { tenant, override });
      await live().observer.mapChanged();
      return tenantOf(owner, tenant);
    },
    'tenant.move'(args) {
      refuseBeforeReady(owner);
      return moveTenant(live(), askControl(owner), args);
    },
    'cell.empty'(args) {
      refuseBeforeReady(owner);
      return emptyCell(live(), askControl(owner), args);
    },
    async moves() {
      await live().observer.mapChanged();
      return live().observer.books;
    },
  } satisfies Partial<Handlers>;
}

/** Goes on with the world that takes this one's place after a reset. */
function followEvents(owner: Owner, kinds: readonly string[] | null, peer: Peer): null {
  const follow = () =>
    owner.world.observer.ring.follow(kinds, (event: Event) => {
      if (peer.bufferedBytes() < bufferedBytesMax) peer.notify('event', event);
    });
  let stop = follow();
  const forget = owner.onReplaced(() => (stop = follow()));
  peer.onClose(() => {
    forget();
    stop();
  });
  return null;
}

async function scale(
  owner: Owner,
  { cell, service, count }: SupervisorMethods['scale']['args'],
): Promise<SupervisorMethods['scale']['result']> {
  const live = owner.world;
  if (!live.plan().cells.includes(cell)) live.resolve(cell);
  if (service !== 'web' && !live.plan().has(service))
    throw new RpcError('usage', `cell ${cell} has no ${service}: the world file leaves it out`);
  const least = service === 'web' ? 1 : 0;
  if (!Number.isInteger(count) || count < least || count > tasksMax) {
    throw new RpcError('usage', `${service} can be scaled from ${least} to ${tasksMax} tasks, not ${count}`);
  }
  refuseBeforeReady(owner);
  return { addresses: await askingControl(live.scale(cell, service, count)) };
}

async function reset(owner: Owner): Promise<Status> {
  const { attachedTo } = owner.world;
  if (attachedTo !== null) {
    const how = `petri down lets go of ${attachedTo}, docker-compose down -v and docker-compose up -d begin it afresh`;
    throw new RpcError('usage', `the volumes of this world are Compose's: ${how}`);
  }
  await owner.reset().catch((error: unknown) => {
    if (error instanceof RpcError) throw error;
    const why = `the world could not be grown again: ${(error as Error).message}`;
    throw new RpcError('unavailable', `${why}. petri down and petri up begin afresh`);
  });
  return owner.world.observer.status();
}

async function readBackAll(owner: Owner, withinMs: number): Promise<FinalReadBack> {
  const { admin } = owner.world;
  let now = await admin.call<FinalReadBack>('traffic', 'final.start', { withinMs });
  while (!now.done) {
    await wait(readBackLookMs);
    now = await admin.call<FinalReadBack>('traffic', 'final.status', {});
  }
  return now;
}

function refuseBeforeReady(owner: Owner): void {
  if (!owner.ready) throw new RpcError('unavailable', 'the world is still growing; petri status shows how far it is');
}

async function routeOf(owner: Owner, tenant: string): Promise<RouteAnswer> {
  const decision = await owner.world.admin
    .call<{ kind: 'forward' } | { kind: 'refuse'; status: number; reason: string }>('router/1', 'route', { tenant })
    .catch(() => {
      throw new RpcError('unavailable', 'router/1 does not answer; petri status shows its state');
    });
  const { map } = owner.world.observer;
  return routeAnswer(tenant, map, decision);
}

/** Heals what holds the target down or frozen; what runs all the same is ended and started afresh. Resolves once it serves. */
async function restart(owner: Owner, text: string, by: string): Promise<{ addresses: readonly string[] }> {
  const live = owner.world;
  const target = live.resolve(text);
  if (target.addresses.length === 0)
    throw new RpcError('usage', `${text} is a link: petri heal ends what was done to it`);
  const healed = await live.faults.healCovering(target.addresses);
  if (healed.length === 0) {
    live.observer.line(`${by === 'ui' || by === 'cli' ? 'you' : by}: petri restart ${text}`, `petri restart ${text}`);
    await stopAndStart(live, target);
    live.events.record('action.done', { method: 'restart', args: { target: text } });
  } else {
    await live.faultPorts.startMissing(target.addresses);
  }
  await live.observer.untilServing(target.cell);
  return { addresses: target.addresses };
}

async function stopAndStart(live: LiveWorld, target: ResolvedTarget): Promise<void> {
  const back = live.observer.restarting(target);
  try {
    await Promise.all(
      target.addresses.map(async (address) => {
        await live.parts.stop(address, 5000);
        if (!isXl(address)) await live.parts.start(address, 'restart');
      }),
    );
  } catch (error) {
    const why = `${target.text} did not come back: ${(error as Error).message}`;
    throw new RpcError('unproven', `${why}. Its service tries again; petri status shows it`);
  } finally {
    back();
  }
}

function callControl<T>(owner: Owner, method: string, args: unknown, timeoutMs = 10_000): Promise<T> {
  return askingControl(owner.world.admin.call<T>('control', method, args, timeoutMs));
}

function askControl(owner: Owner) {
  return <T>(method: string, args: unknown, timeoutMs?: number) => callControl<T>(owner, method, args, timeoutMs);
}

async function askingControl<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof RpcError && (error.code === 'usage' || error.code === 'unavailable')) throw error;
    if (error instanceof RpcError && (error.code === 'not-sent' || error.code === 'unknown')) {
      const hint = 'it places and moves tenants and counts tasks; petri restart control brings it back';
      throw new RpcError('unavailable', `control does not answer: ${hint}`);
    }
    throw error;
  }
}

function tenantOf(owner: Owner, tenant: string) {
  const found = owner.world.observer.snapshot().tenants.find((each) => each.id === tenant);
  if (!found) throw new RpcError('usage', `there is no tenant ${tenant}`);
  return found;
}

/** `set`: the values that differ from the defaults. */
export function rowOf(set: Readonly<Record<string, string>>, policy: Policy): PolicyRow {
  const values = policyValues(set) as Readonly<Record<string, string>>;
  return {
    name: policy.name,
    value: values[policy.name] ?? policy.default,
    default: policy.default,
    takes: printTakes(policy.type),
    summary: policy.summary,
    prevents: policy.prevents,
  };
}

/** Asks one of a cell's web tasks to deliver its dead letters again. */
async function redrive(owner: Owner, cell: string): Promise<{ redriven: number }> {
  const live = owner.world;
  const plan = live.plan();
  if (!plan.cells.includes(cell)) live.resolve(cell);
  if (!plan.has('sqs') || live.world.cell.services['web'])
    throw new RpcError('usage', `cell ${cell} runs a web of its own: Petri has no queue there to redrive`);
  const web = live.parts
    .all()
    .find((part) => part.address.startsWith(`${cell}/web/`) && part.observation.state === 'running');
  if (!web) throw new RpcError('unavailable', `cell ${cell} has no web task that runs`);
  const body = await post(`http://127.0.0.1:${(await live.endpointOf(web.address)).port}/_cell/redrive`, live.token);
  return { redriven: Number(body['redriven'] ?? 0) };
}

function post(url: string, token: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(new RpcError('unavailable', 'the cell did not redrive its dead letters; try again'));
    const ask = request(url, { method: 'POST', headers: { 'x-cell-admin': token }, timeout: 60_000 }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        if (response.statusCode !== 200) return fail();
        resolve(JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>);
      });
    });
    ask.on('timeout', () => ask.destroy());
    ask.on('error', fail);
    ask.end();
  });
}
