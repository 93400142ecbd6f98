import { AuroraClient } from '../../cells/aurora-client/aurora-client.ts';
import { DynamodbClient } from '../../cells/dynamodb-client/dynamodb-client.ts';
import type { DecidingContext, RunningPart } from '../../cells/runtime/part.ts';
import { wait } from '../../cells/runtime/time.ts';
import { upstream } from '../../cells/runtime/upstream.ts';
import { adminOf } from './admin.ts';
import type { ControlSettings } from './contract.ts';
import type { ControlDecisions } from './decisions.ts';
import { InTurn } from './in-turn.ts';
import { MapStore } from './map-store.ts';
import { Mover } from './mover/mover.ts';
import type { MovePorts } from './mover/ports.ts';
import { Moves } from './moves.ts';
import { PolicyWriter } from './policy-writer.ts';
import { RouterPusher } from './router-pusher.ts';
import { Tenants } from './tenants.ts';

/** The whole map goes to every router this often, changed or not, in milliseconds. */
const pushEveryMs = 5000;
const retryEveryMs = 1000;
/** What a control that died left is looked for at once, and this often. */
const tickEveryMs = 500;
/** A router that is slow to take the map holds a move up for no longer. */
const pushWaitMsMax = 250;
const callMs = 2000;

/** Runs control: keeps the desired counts, the map and the policies. It serves before any neighbour does, and without them. */
export async function startControl({
  config,
  events,
  runtime,
  decisions,
}: DecidingContext<ControlSettings, ControlDecisions>): Promise<RunningPart> {
  const { settings, token } = config;
  if (!config.admin) throw new Error('control needs an admin endpoint');
  // A cell whose services are not Petri's may have neither.
  const withStore = (store: string) => settings.cells.filter((cell) => config.upstreams[`${store}.${cell}`]);
  const auroras = new Map(
    withStore('aurora').map((cell) => [
      cell,
      new AuroraClient(runtime, config.upstreams[`aurora.${cell}`] ?? [], token, callMs),
    ]),
  );
  const stores = new Map(
    withStore('dynamodb').map((cell) => [
      cell,
      new DynamodbClient(runtime, upstream(config, `dynamodb.${cell}`), token, callMs),
    ]),
  );
  const obeyed = { policies: settings.policies };

  const store = new MapStore(runtime, upstream(config, 'map'), token, () =>
    queueMicrotask(() => void refresh().then(() => moves.tick())),
  );
  const pusher = new RouterPusher(runtime, token, () => store.current);
  pusher.setRouters(config.upstreams['routers'] ?? []);
  const policyWriter = new PolicyWriter(stores);
  const { maxTenants, seed } = settings;
  const inTurn = new InTurn();
  const { cells } = settings;
  const ports: MovePorts = {
    books: store,
    aurora: (cell) => auroras.get(cell) ?? null,
    routers: {
      async push() {
        await store.read().catch(() => null);
        await pusher.pushSoon(pushWaitMsMax);
      },
      inFlight: (tenant) => pusher.inFlight(tenant),
    },
    events,
    wait: (ms) => wait(runtime.time, ms),
    nowMs: () => runtime.time.monotonicMs(),
    newId: () => runtime.newId(),
  };
  const mover = new Mover({ ports, decisions });
  const moves = new Moves({
    ports,
    mover,
    decisions,
    cells,
    maxTenants,
    seed,
    policies: () => obeyed.policies,
    inTurn,
  });
  const tenants = new Tenants({
    ...{ store, cells, auroras, maxTenants, seed, inTurn, events },
    placement: () => obeyed.policies.placement,
    room: () => moves.room(),
  });

  /** Reads the map and hands it to all routers; where the store is gone they get again what is known. */
  async function refresh(): Promise<void> {
    await store.read().catch(() => null);
    await pusher.pushAll();
  }

  const admin = await runtime.serve({
    listen: config.admin,
    token,
    handlers: adminOf({ decisions, settings, store, pusher, tenants, moves, policyWriter, obeyed, refresh }),
  });
  const timers = [
    runtime.time.every(pushEveryMs, () => void refresh()),
    runtime.time.every(retryEveryMs, () => void policyWriter.retry()),
    runtime.time.every(tickEveryMs, () => void moves.tick()),
  ];
  return {
    async stop() {
      for (const timer of timers) timer.cancel();
      mover.close();
      for (const client of [...auroras.values(), ...stores.values()]) client.close();
      store.close();
      pusher.close();
      await admin.close();
    },
  };
}
