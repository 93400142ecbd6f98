import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { EventSink } from '../../../cells/runtime/events.ts';
import type { CellMap } from '../../../router/cell-map.ts';
import type { ResolvedTarget } from '../../faults/fault.ts';
import { affectedBy } from '../../ledger/affected.ts';
import type { Action } from '../../scenario/scenario.ts';
import type { AdminConnections } from '../../supervisor/admin.ts';
import type { WorldFaultPorts } from '../../supervisor/fault-ports.ts';
import type { FaultRunner } from '../../supervisor/fault-runner.ts';
import type { Parts } from '../../supervisor/parts.ts';
import { scaleService } from '../../supervisor/scaling.ts';
import { isXl } from '../../world/address.ts';
import type { Plan } from '../../world/plan.ts';
import type { World } from '../../world/world.ts';

const stepMsMax = 60_000;
const longStepMsMax = 600_000;

export interface ActedOn {
  readonly parts: Parts;
  readonly faults: FaultRunner;
  readonly ports: WorldFaultPorts;
  readonly admin: AdminConnections;
  readonly events: EventSink;
  readonly roles: ReadonlyMap<string, 'writer' | 'reader'>;
  readonly plan: () => Plan;
  readonly map: () => CellMap;
  readonly nowT: () => number;
  readonly wait: (ms: number) => Promise<void>;
  readonly resolve: (target: string) => ResolvedTarget;
  readonly untilServing: (cell: string | null) => Promise<void>;
  readonly setTraffic: (change: Partial<World['traffic']>) => Promise<void>;
  /** From now on so many of each service are kept. */
  readonly want: (desired: Readonly<Record<string, number>>) => void;
}

/** What a person could type, done to a virtual world. */
export class VirtualActions {
  readonly #of: ActedOn;

  constructor(of: ActedOn) {
    this.#of = of;
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case 'restart':
        return this.#restart(action.target);
      case 'tenant-add':
        await this.#control('tenant.add', { tenant: action.tenant, cell: action.cell });
        await this.#of.admin
          .call('traffic', 'tenants.set', { tenants: Object.keys(this.#of.map().tenants) })
          .catch(() => null);
        return;
      case 'pin':
        if (action.cell !== null) return this.#move(action.tenant, action.cell, { after: 'pinned', evenPinned: true });
        await this.#control('tenant.override', { tenant: action.tenant, override: 'pinned' });
        return;
      case 'quarantine':
        if (action.to !== null) return this.#move(action.tenant, action.to, { evenPinned: true, quarantine: true });
        await this.#control('tenant.override', { tenant: action.tenant, override: 'quarantined' });
        return;
      case 'move':
        return this.#move(action.tenant, action.to, {});
      case 'drain':
      case 'evacuate':
        return this.#empty(action.cell, action.do === 'drain' ? 'draining' : 'evacuating');
      case 'scale':
        return this.#scale(action.cell, action.service, action.count);
      case 'redrive':
        await this.#of.admin.call(`${action.cell}/web/1`, 'redrive', {}, stepMsMax);
        return;
      case 'traffic': {
        const { do: _, ...change } = action;
        await this.#of.setTraffic(change);
      }
    }
  }

  async #restart(text: string): Promise<void> {
    const target = this.#of.resolve(text);
    const healed = await this.#of.faults.healCovering(target.addresses);
    if (healed.length > 0) await this.#of.ports.startMissing(target.addresses);
    else {
      const id = `restart ${target.text}`;
      const affected = affectedBy('restart', target, this.#of.roles);
      this.#of.events.record('restart.begun', { fault: id, target: target.text, affected });
      await Promise.all(
        target.addresses.map(async (address) => {
          await this.#of.parts.stop(address, 5000);
          if (!isXl(address)) await this.#of.parts.start(address, 'restart');
        }),
      );
      this.#of.events.record('restart.ended', { fault: id, target: target.text });
    }
    await this.#of.untilServing(target.cell);
  }

  async #move(tenant: string, to: string, how: object): Promise<void> {
    const args = { tenant, to, evenPinned: false, quarantine: false, ...how };
    await this.#control('tenant.move', args, longStepMsMax);
  }

  async #empty(cell: string, how: 'draining' | 'evacuating'): Promise<void> {
    await this.#control('cell.empty', { cell, how });
    const isEmpty = () =>
      Object.values(this.#of.map().tenants).every((entry) => entry.cell !== cell || entry.override === 'pinned');
    const deadlineT = this.#of.nowT() + longStepMsMax * 1000;
    while (!isEmpty()) {
      if (this.#of.nowT() > deadlineT) throw new RpcError('unproven', `cell ${cell} was not emptied in 10 min`);
      await this.#of.wait(100);
    }
  }

  async #scale(cell: string, service: 'web' | 'worker' | 'xl', count: number): Promise<void> {
    await scaleService(this.#of, cell, service, count);
  }

  async #control(method: string, args: unknown, timeoutMs = 10_000): Promise<unknown> {
    return this.#of.admin.call('control', method, args, timeoutMs);
  }
}
