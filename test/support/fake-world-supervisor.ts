import { setTimeout as wait } from 'node:timers/promises';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { serveFramed, type Handler, type Peer } from '../../cells/protocol/server.ts';
import type { LogLine, Snapshot } from '../../sim/state/status.ts';
import { fakeSnapshot, killFault, type FakeWorldOptions, type Moment } from './fake-world.ts';

export interface FakeSupervisor {
  /** What was called so far, but for what a window asks for by itself. */
  readonly calls: readonly { readonly method: string; readonly args: unknown }[];
  /** What the world does when it is not asked. */
  show(options: FakeWorldOptions): void;
  close(): Promise<void>;
}

const asked = ['hello', 'snapshot.subscribe', 'world.ready'];

/** Serves the supervisor's contract on a socket from a scripted world: `kill b` takes, heals into recovery, which becomes calm. */
export async function fakeSupervisor(socketPath: string, options: FakeWorldOptions = {}): Promise<FakeSupervisor> {
  let world: FakeWorldOptions = { moment: 'calm', ...options };
  const calls: { method: string; args: unknown }[] = [];
  const extra: LogLine[] = [];
  const startedMs = performance.now();
  const timers = new Set<NodeJS.Timeout>();

  const snapshot = (): Snapshot => {
    const made = fakeSnapshot(world);
    const now = made.status.now + (performance.now() - startedMs);
    return { ...made, status: { ...made.status, now }, log: [...made.log, ...extra] };
  };
  const moveTo = (moment: Moment): void => {
    world = { ...world, moment };
  };
  const handlers: Record<string, Handler> = {
    hello: () => ({ world: 'default', pid: process.pid, version: '0', format: 1, ready: true, ending: false }),
    status: () => snapshot().status,
    snapshot,
    'snapshot.subscribe': ({ hz }: { hz: number }, peer: Peer) => {
      peer.notify('snapshot', snapshot());
      const timer = setInterval(() => peer.notify('snapshot', snapshot()), 1000 / hz);
      timers.add(timer);
      peer.onClose(() => clearInterval(timer));
      return null;
    },
    'fault.inject': async ({ kind, target }: { kind: string; target: string }) => {
      await wait(150);
      if (target === 'z') throw new RpcError('usage', 'there is no z: the cells are a, b and c');
      if (kind === 'kill' && target === 'b') moveTo('killed');
      return { ...killFault('killed'), kind, target };
    },
    'fault.heal': async () => {
      await wait(150);
      moveTo('recovery');
      return [killFault('recovery')];
    },
    restart: ({ target }: { target: string }) => ({ addresses: [target] }),
    'traffic.set': (change: object) => ({ ...snapshot().status.traffic, targetRps: 250, ...change }),
    'tenant.override': ({ tenant, override }: { tenant: string; override: string | null }) => ({
      ...snapshot().tenants.find((each) => each.id === tenant),
      override,
    }),
    why: ({ subject }: { subject: string }) => ({
      subject,
      kind: 'tenant',
      sentences: [`${subject} lives in cell b, epoch 1.`, 'The router would refuse it now: 503, cell b is down.'],
      facts: {},
    }),
    'policy.list': () => [],
    log: (line: LogLine) => {
      extra.push({ ...line, at: snapshot().status.now });
      return null;
    },
    down: () => ({ parts: 29, attachedTo: null }),
  };
  const recorded = Object.fromEntries(
    Object.entries(handlers).map(([method, handler]): [string, Handler] => [
      method,
      (args, peer) => {
        if (!asked.includes(method)) calls.push({ method, args });
        return handler(args, peer);
      },
    ]),
  );
  const server = await serveFramed({ listen: { path: socketPath }, token: null, handlers: recorded });
  return {
    calls,
    show(next) {
      world = { ...world, ...next };
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await server.close();
    },
  };
}
