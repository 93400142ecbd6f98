import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Handler, Peer } from '../../cells/protocol/server.ts';
import { route, type CellView } from '../../router/route.ts';
import { commandOfStep } from '../scenario/step-command.ts';
import type { Action, Step } from '../scenario/scenario.ts';
import type { Handlers } from '../supervisor/handlers.ts';
import { rowOf } from '../supervisor/handlers.ts';
import type { RouteAnswer, SupervisorMethods } from '../supervisor/contract.ts';
import { why } from '../supervisor/why.ts';
import { version } from '../version.ts';
import { parsePolicy, policies } from '../world/policies.ts';
import type { VirtualOwner } from './owner.ts';
import { routeAnswer } from '../supervisor/route-answer.ts';

/** A follower that does not read is let go, rather than remembered for ever: this many bytes may wait for it. */
const bufferedBytesMax = 8 * 1024 * 1024;
const eventsMax = 10_000;

/** What the control socket of a world in virtual time answers: the same methods as that of a real one. */
export function handlersOf(owner: VirtualOwner): Readonly<Record<string, Handler>> {
  const { session, ring } = owner;
  const act = async (action: Action) => {
    await session.do(commandOfStep({ kind: 'action', action }), (driver) => driver.act(action));
  };
  const handlers: Handlers = {
    hello: () => ({
      world: owner.name,
      pid: process.pid,
      version,
      format: 1,
      ready: owner.ready,
      ending: owner.ending,
    }),
    async 'world.ready'(_args, peer) {
      peer.notify('progress', { text: 'growing in virtual time', done: 0, total: 1 });
      await owner.untilReady();
      return session.snapshot().status;
    },
    status: () => session.snapshot().status,
    snapshot: () => session.snapshot(),
    'snapshot.subscribe': ({ hz }, peer) => subscribe(owner, hz, peer),
    tenants: () => session.snapshot().tenants,
    route: ({ tenant }) => routeOf(owner, tenant),
    why({ subject }) {
      const moves = () => Promise.resolve([]);
      const facts = { status: session.snapshot().status, map: owner.map(), ring, moves };
      return why(facts, subject, (tenant) => Promise.resolve(routeOf(owner, tenant)));
    },
    events: ({ limit, kinds }) => ring.newest(Math.min(limit, eventsMax), kinds),
    'events.follow'({ kinds }, peer) {
      const stop = ring.follow(kinds, (event) => {
        if (peer.bufferedBytes() < bufferedBytesMax) peer.notify('event', event);
      });
      peer.onClose(stop);
      return null;
    },
    logs: () => notHere('parts in virtual time print nothing; petri events shows what they recorded'),
    async 'fault.inject'({ by, ...request }) {
      const { kind, target, settings, forMs, hold } = request;
      const step: Step = { kind: 'fault', fault: kind, target, settings, forMs, hold };
      const fault = await session.do(commandOfStep(step), (driver) => driver.inject(request));
      return { ...fault, by };
    },
    'fault.heal': ({ id }) => session.do(commandOfStep({ kind: 'heal', target: id }), (driver) => driver.heal(id)),
    async restart({ target }) {
      await act({ do: 'restart', target });
      return { addresses: [target] };
    },
    'traffic.set': (change) => setTraffic(owner, change),
    'read-back': () => notHere('a world that is watched is not read back; petri run --on virtual does that'),
    'policy.list': () => policies.map((policy) => rowOf(owner.policies, policy)),
    'policy.set': ({ name, value }) => setPolicy(owner, name, value),
    async 'tenant.add'({ tenant, cell }) {
      await act({ do: 'tenant-add', tenant, cell });
      return tenantOf(owner, tenant);
    },
    async 'tenant.override'({ tenant, override }) {
      if (override === null)
        notHere('what was ordered for a tenant is taken back in virtual time by going back before it');
      await act(override === 'pinned' ? { do: 'pin', tenant, cell: null } : { do: 'quarantine', tenant, to: null });
      return tenantOf(owner, tenant);
    },
    'tenant.move': (order) => move(owner, order),
    'cell.empty': (order) => empty(owner, order),
    moves: () =>
      notHere('the books of moves are not kept here; petri events --kinds move.begun,move.cleaned shows them'),
    async scale({ cell, service, count }) {
      await act({ do: 'scale', cell, service, count });
      return { addresses: [] };
    },
    async redrive({ cell }) {
      await act({ do: 'redrive', cell });
      return { redriven: 0 };
    },
    async 'clock.turn'({ intent }) {
      await session.turn(intent);
      return null;
    },
    // What is done stands in the log by itself.
    log: () => null,
    async reset() {
      await session.reset();
      return session.snapshot().status;
    },
    down() {
      const { components, cells } = session.snapshot().status;
      setImmediate(() => owner.onEnd());
      return { parts: components.length + cells.flatMap((cell) => cell.components).length, attachedTo: null };
    },
  };
  return handlers as unknown as Readonly<Record<string, Handler>>;
}

function subscribe(owner: VirtualOwner, hz: number, peer: Peer): null {
  const everyMs = 1000 / Math.min(10, Math.max(0.2, hz));
  let last = '';
  const timer = setInterval(() => {
    if (!owner.ready || peer.bufferedBytes() >= bufferedBytesMax) return;
    const snapshot = owner.session.snapshot();
    // A clock that stands still shows one picture.
    const { atMs, endMs, playing, speed, event } = snapshot.clock!;
    const now = [atMs, endMs, playing, speed, event?.t, event?.seq].join(' ');
    if (now !== last) peer.notify('snapshot', snapshot);
    last = now;
  }, everyMs);
  peer.onClose(() => clearInterval(timer));
  return null;
}

function routeOf(owner: VirtualOwner, tenant: string): RouteAnswer {
  const { status } = owner.session.snapshot();
  const map = owner.map();
  const health = new Map<string, CellView>(
    status.cells.map((cell) => [cell.id, { health: cell.health === 'down' ? 'down' : 'serving', inFlight: 0 }]),
  );
  const cell = (id: string) => health.get(id) ?? null;
  const decision = route(tenant, { map, mapReachable: true, mapFallback: 'cached', bulkhead: 0, cell });
  return routeAnswer(tenant, map, decision);
}

async function setTraffic(
  { session }: VirtualOwner,
  change: SupervisorMethods['traffic.set']['args'],
): Promise<SupervisorMethods['traffic.set']['result']> {
  const { traffic } = session.snapshot().status;
  const { mix, ...rest } = change;
  const action: Action = { do: 'traffic', ...rest, ...(mix ? { mix: { ...traffic.mix, ...mix } } : {}) };
  await session.do(commandOfStep({ kind: 'action', action }), (driver) => driver.act(action));
  return session.snapshot().status.traffic;
}

async function setPolicy(
  owner: VirtualOwner,
  name: string,
  value: string,
): Promise<SupervisorMethods['policy.set']['result']> {
  const parsed = parsePolicy(name, value);
  if (!parsed.ok) throw new RpcError('usage', parsed.error);
  const { name: policy, value: written } = parsed.value;
  await owner.session.do(commandOfStep({ kind: 'set', policy, value: written }), (driver) =>
    driver.setPolicy(policy, written),
  );
  owner.policies = { ...owner.policies, [policy]: written };
  return rowOf(
    owner.policies,
    policies.find((each) => each.name === policy)!,
  );
}

/** Once it is served in its new home, or was put back. */
async function move(
  { session }: VirtualOwner,
  { tenant, cell, as }: SupervisorMethods['tenant.move']['args'],
): Promise<SupervisorMethods['tenant.move']['result']> {
  const from = tenantOf({ session }, tenant).cell;
  const action: Action =
    as === 'pin'
      ? { do: 'pin', tenant, cell }
      : as === 'quarantine'
        ? { do: 'quarantine', tenant, to: cell }
        : { do: 'move', tenant, to: cell };
  await session.do(commandOfStep({ kind: 'action', action }), (driver) => driver.act(action));
  const now = tenantOf({ session }, tenant);
  const outcome = now.cell === cell ? 'moved' : 'rolled-back';
  return { outcome, reason: null, tenant, from, to: cell, epoch: now.epoch, blockedMs: null };
}

/** Begins to empty a cell; the world goes on with it as its time goes on. */
async function empty(
  { session }: VirtualOwner,
  { cell, how }: SupervisorMethods['cell.empty']['args'],
): Promise<SupervisorMethods['cell.empty']['result']> {
  if (how === 'off') return notHere('a cell is opened again in virtual time by going back before it was closed');
  const action: Action = { do: how, cell };
  await session.begin(commandOfStep({ kind: 'action', action }), (driver) => driver.act(action));
  const tenants = session.snapshot().tenants.filter((each) => each.cell === cell).length;
  return { cell, state: how === 'drain' ? 'draining' : 'evacuating', tenants, toGo: tenants };
}

function tenantOf({ session }: Pick<VirtualOwner, 'session'>, tenant: string) {
  const found = session.snapshot().tenants.find((each) => each.id === tenant);
  if (!found) throw new RpcError('usage', `there is no tenant ${tenant}`);
  return found;
}

function notHere(why: string): never {
  throw new RpcError('usage', why);
}
