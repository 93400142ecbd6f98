import { mapTables, type Write } from '../../cells/dynamodb/contract.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { ControlDecisions } from './decisions.ts';
import type { ControlPolicies, EmptyingStatus, MoveResult, MovesStatus } from './contract.ts';
import type { InTurn } from './in-turn.ts';
import type { Admitted, MoveOrder } from './mover/admission.ts';
import { loadsOf, openCells, readClosed, type ClosedState, type MoveEstate } from './mover/estate.ts';
import { nextMoves, refusalToEmpty, stateAfter, toLeave, type Emptying } from './mover/evacuation.ts';
import type { Begun, Mover, MoveEnd } from './mover/mover.ts';
import { auroraOf, type MovePorts } from './mover/ports.ts';
import type { Room } from './tenants.ts';

/** A tenant whose move failed is not sent to the same cell again for so long, in milliseconds. */
const restMs = 10_000;
const cleanWaitMsMax = 2000;

export interface MovesOptions {
  readonly ports: MovePorts;
  readonly mover: Mover;
  readonly decisions: Pick<ControlDecisions, 'admitMove'>;
  readonly cells: readonly string[];
  readonly maxTenants: number;
  readonly seed: number;
  readonly policies: () => ControlPolicies;
  /** Shared with whatever else places tenants: two of them never take the same last place. */
  readonly inTurn: InTurn;
}

/** Takes orders to move tenants and to empty cells, and keeps at the latter until it is done. */
export class Moves {
  readonly #options: MovesOptions;
  readonly #resting = new Map<string, number>();
  #ticking = false;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Resolves when the tenant is at its new home, or was put back. Rejects `usage` where it may not move, `unavailable` where a cell does not answer. */
  async move(order: MoveOrder & { readonly quarantine: boolean }): Promise<MoveResult> {
    const { begun, admitted } = await this.#options.inTurn.run(async () => {
      const estate = await this.#estate();
      const admission = this.#options.decisions.admitMove(estate, order);
      if (admission.kind === 'refused') throw new RpcError('usage', admission.reason);
      if (order.quarantine) await this.#keepApart(estate, order.to);
      if (admission.kind === 'there') return { admitted: null, begun: null };
      await this.#askBoth(admission.move);
      return { admitted: admission.move, begun: await this.#options.mover.begin(admission.move) };
    });
    if (admitted === null) return this.#stays(order);
    return resultOf(admitted, await this.#settled(begun));
  }

  /** Closes a cell and begins to empty it, or opens it again. Resolves at once; `tick` does the work. */
  empty(cell: string, how: Emptying | 'off'): Promise<EmptyingStatus> {
    return this.#options.inTurn.run(async () => {
      const estate = await this.#estate();
      if (!estate.cells.includes(cell) || how !== 'off') {
        const refusal = refusalToEmpty(estate, cell, how === 'off' ? 'draining' : how);
        if (refusal !== null) throw new RpcError('usage', refusal);
      }
      await this.#close(cell, how === 'off' ? null : how);
      const { tenants } = estate.map;
      const left = Object.values(tenants).filter((entry) => entry.cell === cell).length;
      const toGo = how === 'off' ? 0 : toLeave(estate, cell, how).length;
      return { cell, state: how === 'off' ? 'active' : how, tenants: left, toGo };
    });
  }

  async room(): Promise<Room> {
    const estate = await this.#estate();
    return { open: openCells(estate), loads: loadsOf(estate) };
  }

  async status(): Promise<MovesStatus> {
    const estate = await this.#estate();
    return { moves: estate.moves, closed: estate.closed };
  }

  async #closed(): Promise<Readonly<Record<string, ClosedState>>> {
    const closed: Record<string, ClosedState> = {};
    for (const { key, item } of await this.#options.ports.books.scan(mapTables.cells)) {
      const state = readClosed(item);
      if (state) closed[key] = state;
    }
    return closed;
  }

  /** Carries on moves that nobody carries on, and begins those that empty a cell. Never rejects. */
  async tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      await this.#options.mover.tick();
      const closed = await this.#closed();
      if (Object.values(closed).some((state) => state === 'draining' || state === 'evacuating')) await this.#empty();
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
    } finally {
      this.#ticking = false;
    }
  }

  #empty(): Promise<void> {
    const { inTurn, mover, ports } = this.#options;
    return inTurn.run(async () => {
      const estate = await this.#estate();
      const nowMs = ports.nowMs();
      for (const cell of Object.keys(estate.closed)) {
        const after = stateAfter(estate, cell);
        if (after === 'evacuated' && estate.closed[cell] !== after) await this.#close(cell, after);
      }
      for (const move of nextMoves(estate, (tenant, to) => (this.#resting.get(`${tenant} ${to}`) ?? 0) > nowMs)) {
        const { ended } = await mover.begin(move);
        void ended.then(
          (end) => this.#after(end),
          () => {},
        );
      }
    });
  }

  #after(end: MoveEnd): void {
    const nowMs = this.#options.ports.nowMs();
    for (const [key, untilMs] of this.#resting) if (untilMs <= nowMs) this.#resting.delete(key);
    if (end.kind === 'rolled-back') this.#resting.set(`${end.move.tenant} ${end.move.to}`, nowMs + restMs);
    void this.tick();
  }

  /** The old home's clean-up is waited for, so that the tenant can be moved on at once; not for long, since it may be down. */
  async #settled({ home, ended }: Begun): Promise<MoveEnd> {
    const late = home.then(async (end) => {
      await this.#options.ports.wait(cleanWaitMsMax);
      return end;
    });
    return Promise.race([ended, late]);
  }

  /** Before anybody is refused anything: both cells answer. */
  async #askBoth({ tenant, from, to }: Admitted): Promise<void> {
    const { ports } = this.#options;
    for (const cell of [from, to]) {
      await auroraOf(ports, cell)
        .read('tenant.get', { tenant })
        .catch((cause: unknown) => {
          const what = `cell ${cell} does not answer, so ${tenant} stays in ${from}`;
          throw new RpcError('unavailable', `${what}: repeat it once the cell's Aurora serves`, { cause });
        });
    }
  }

  /** It lives there already: only what the override table says of it may change. */
  async #stays({ tenant, to, after }: MoveOrder): Promise<MoveResult> {
    const { books, routers } = this.#options.ports;
    const entry = await books.tenant(tenant);
    if (!entry || entry.cell !== to) throw new RpcError('unavailable', `${tenant} moved just now: repeat it`);
    if (after !== undefined && after !== entry.override) {
      const writes: Write[] = [
        {
          ...{ op: 'put', table: mapTables.tenants, key: tenant, item: { ...entry, override: after } },
          if: { kind: 'equals', fields: { ...entry } },
        },
        { op: 'add', table: mapTables.meta, key: 'map', field: 'version', by: 1 },
      ];
      if (!(await books.write(writes)).ok)
        throw new RpcError('unavailable', `the entry of ${tenant} changed just now: repeat it`);
      await routers.push();
    }
    return { outcome: 'moved', reason: null, tenant, from: to, to, epoch: entry.epoch, blockedMs: 0 };
  }

  /** A cell that nobody lives in is kept for those who are kept apart; one with tenants of its own goes on as it is. */
  async #keepApart(estate: MoveEstate, cell: string): Promise<void> {
    if ((loadsOf(estate)[cell] ?? 0) === 0 && estate.closed[cell] === undefined) await this.#close(cell, 'quarantined');
  }

  async #close(cell: string, state: ClosedState | null): Promise<void> {
    const { books, events } = this.#options.ports;
    await books.write([
      state === null
        ? { op: 'delete', table: mapTables.cells, key: cell }
        : { op: 'put', table: mapTables.cells, key: cell, item: { state } },
    ]);
    events.record(`cell.${state ?? 'active'}`, { cell });
  }

  async #estate(): Promise<MoveEstate> {
    const { ports, mover, cells, maxTenants, seed, policies } = this.#options;
    const [map, moves, closed] = await Promise.all([ports.books.read(), mover.moves(), this.#closed()]);
    const movable = new Set(cells.filter((cell) => ports.aurora(cell) !== null));
    return { cells, movable, map, moves, closed, maxTenants, seed, policies: policies() };
  }
}

function resultOf({ tenant, from, to, epoch }: Admitted, end: MoveEnd): MoveResult {
  if (end.kind === 'moved')
    return { outcome: 'moved', reason: null, tenant, from, to, epoch, blockedMs: end.blockedMs };
  if (end.kind === 'rolled-back')
    return { outcome: 'rolled-back', reason: end.reason, tenant, from, to, epoch: end.epoch, blockedMs: end.blockedMs };
  throw new RpcError('unavailable', `control stops, and carries the move of ${tenant} on once it is back`);
}
