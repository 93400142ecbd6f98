import { AuroraClient } from '../../cells/aurora-client/aurora-client.ts';
import { DynamodbClient } from '../../cells/dynamodb-client/dynamodb-client.ts';
import type { CellPolicies } from '../../cells/policies.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { PartContext, RunningPart } from '../../cells/runtime/part.ts';
import { upstream } from '../../cells/runtime/upstream.ts';
import type { CellMap, TenantEntry } from '../../router/cell-map.ts';
import type { Action, ControlSettings, Observation } from './contract.ts';
import { decide, noMemory } from './decide.ts';
import { MapStore } from './map-store.ts';
import { PolicyWriter } from './policy-writer.ts';
import { RouterPusher } from './router-pusher.ts';
import { Tenants } from './tenants.ts';

/** The whole map goes to every router this often, changed or not, in milliseconds. */
const pushEveryMs = 5000;
const retryEveryMs = 1000;
const callMs = 2000;

const services = ['web', 'worker', 'xl'];
const countMax = 64;

/** Runs control: keeps the desired counts, the map and the policies. It serves before any neighbour does, and without them. */
export async function startControl({ config, runtime }: PartContext<ControlSettings>): Promise<RunningPart> {
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
  let { placement } = settings;
  let desired = settings.desired;
  let memory = noMemory;

  const store = new MapStore(runtime, upstream(config, 'map'), token, () => queueMicrotask(() => void refresh()));
  const pusher = new RouterPusher(runtime, token, () => store.current);
  pusher.setRouters(config.upstreams['routers'] ?? []);
  const policies = new PolicyWriter(stores);
  const { maxTenants, seed } = settings;
  const tenants = new Tenants({ store, cells: settings.cells, auroras, maxTenants, seed, placement: () => placement });

  /** Reads the map and hands it to all routers; where the store is gone they get again what is known. */
  async function refresh(): Promise<void> {
    await store.read().catch(() => null);
    await pusher.pushAll();
  }

  const admin = await runtime.serve({
    listen: config.admin,
    token,
    handlers: {
      observe(observation: Observation): { actions: readonly Action[] } {
        const decision = decide(settings, desired, observation, memory);
        memory = decision.memory;
        return { actions: decision.actions };
      },
      async 'tenant.add'({ tenant, cell }: { tenant: string; cell: string | null }) {
        const placed = await tenants.add(tenant, cell);
        await refresh();
        return placed;
      },
      async 'tenant.override'({ tenant, override }: { tenant: string; override: TenantEntry['override'] }) {
        const placed = await tenants.override(tenant, override);
        await refresh();
        return placed;
      },
      scale({ cell, service, count }: { cell: string; service: string; count: number }) {
        checkScale(settings.cells, cell, service, count);
        desired = { ...desired, [`${cell}/${service}`]: count };
        return { addresses: Array.from({ length: count }, (_, index) => `${cell}/${service}/${index + 1}`) };
      },
      async 'policies.set'(next: { cell: CellPolicies; placement: ControlSettings['placement'] }) {
        placement = next.placement;
        await policies.set(next.cell);
      },
      async map({ which }: { which: 'current' | 'previous' }): Promise<CellMap> {
        await store.read().catch(() => null);
        const map = which === 'current' ? store.current : store.previous;
        if (!map) throw new RpcError('unavailable', 'control has not been able to read the map yet');
        return map;
      },
      'routers.set': ({ endpoints }: { endpoints: readonly Endpoint[] }) => pusher.setRouters(endpoints),
      status: () => ({ desired, mapVersion: store.current?.version ?? null, mapReachable: store.reachable }),
    },
  });
  const timers = [
    runtime.time.every(pushEveryMs, () => void refresh()),
    runtime.time.every(retryEveryMs, () => void policies.retry()),
  ];
  return {
    async stop() {
      for (const timer of timers) timer.cancel();
      for (const client of [...auroras.values(), ...stores.values()]) client.close();
      store.close();
      pusher.close();
      await admin.close();
    },
  };
}

function checkScale(cells: readonly string[], cell: string, service: string, count: number): void {
  if (!cells.includes(cell)) throw new RpcError('usage', `there is no cell ${cell}: choose one of ${cells.join(', ')}`);
  if (!services.includes(service)) {
    throw new RpcError('usage', `${service} cannot be scaled: choose one of ${services.join(', ')}`);
  }
  if (!Number.isInteger(count) || count < 0 || count > countMax) {
    throw new RpcError('usage', `${count} is not a number of tasks: give a whole number from 0 to ${countMax}`);
  }
}
