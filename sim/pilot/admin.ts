import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Handler } from '../../cells/protocol/server.ts';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { CellMap, Override } from '../../router/cell-map.ts';
import type { ControlDecisions } from './decisions.ts';
import type { Action, ControlPolicies, ControlSettings, Observation, PoliciesOfControl } from './contract.ts';
import { noMemory } from './decide.ts';
import type { MapStore } from './map-store.ts';
import type { MoveOrder } from './mover/admission.ts';
import type { Emptying } from './mover/evacuation.ts';
import type { Moves } from './moves.ts';
import type { PolicyWriter } from './policy-writer.ts';
import type { RouterPusher } from './router-pusher.ts';
import type { Tenants } from './tenants.ts';

const services = ['web', 'worker', 'xl'];
const countMax = 64;

/** What control is made of, as its admin port reaches it. */
export interface Control {
  readonly decisions: Pick<ControlDecisions, 'decide'>;
  readonly settings: ControlSettings;
  readonly store: MapStore;
  readonly pusher: RouterPusher;
  readonly tenants: Tenants;
  readonly moves: Moves;
  readonly policyWriter: PolicyWriter;
  /** Those in force now. */
  readonly obeyed: { policies: ControlPolicies };
  /** Reads the map and hands it to all routers. */
  readonly refresh: () => Promise<void>;
}

/** The methods of control's admin port, as `contract.ts` lists them. */
export function adminOf(control: Control): Readonly<Record<string, Handler>> {
  const { decisions, settings, store, pusher, tenants, moves, policyWriter, obeyed, refresh } = control;
  let desired = settings.desired;
  let memory = noMemory;
  return {
    observe(observation: Observation): { actions: readonly Action[] } {
      const decision = decisions.decide(settings, desired, observation, memory);
      memory = decision.memory;
      return { actions: decision.actions };
    },
    async 'tenant.add'({ tenant, cell }: { tenant: string; cell: string | null }) {
      const placed = await tenants.add(tenant, cell);
      await refresh();
      return placed;
    },
    async 'tenant.override'({ tenant, override }: { tenant: string; override: Override | null }) {
      const placed = await tenants.override(tenant, override);
      await refresh();
      return placed;
    },
    'tenant.move': (order: MoveOrder & { readonly quarantine: boolean }) => moves.move(order),
    async 'cell.empty'({ cell, how }: { cell: string; how: Emptying | 'off' }) {
      const status = await moves.empty(cell, how);
      void moves.tick();
      return status;
    },
    moves: () => moves.status(),
    scale({ cell, service, count }: { cell: string; service: string; count: number }) {
      checkScale(settings.cells, cell, service, count);
      desired = { ...desired, [`${cell}/${service}`]: count };
      return { addresses: Array.from({ length: count }, (_, index) => `${cell}/${service}/${index + 1}`) };
    },
    async 'policies.set'(next: PoliciesOfControl) {
      obeyed.policies = next.control;
      await policyWriter.set(next.cell);
    },
    async map({ which }: { which: 'current' | 'previous' }): Promise<CellMap> {
      await store.read().catch(() => null);
      const map = which === 'current' ? store.current : store.previous;
      if (!map) throw new RpcError('unavailable', 'control has not been able to read the map yet');
      return map;
    },
    'routers.set': ({ endpoints }: { endpoints: readonly Endpoint[] }) => pusher.setRouters(endpoints),
    status: () => ({ desired, mapVersion: store.current?.version ?? null, mapReachable: store.reachable }),
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
