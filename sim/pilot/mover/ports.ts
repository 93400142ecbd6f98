import type { AuroraPort } from '../../../cells/aurora-client/aurora-client.ts';
import type { Item, Write, WriteResult } from '../../../cells/dynamodb/contract.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { EventSink } from '../../../cells/runtime/events.ts';
import type { CellMap, TenantEntry } from '../../../router/cell-map.ts';
import type { Move, StepEnd } from './move.ts';

/** The map and control's books beside it, in one store. Every call rejects with an RpcError where it does not answer. */
export interface Books {
  /** The map as it was read last; null before the first time. */
  readonly current: CellMap | null;
  read(): Promise<CellMap>;
  tenant(id: string): Promise<TenantEntry | null>;
  get(table: string, key: string): Promise<Item | null>;
  scan(table: string): Promise<readonly { readonly key: string; readonly item: Item }[]>;
  /** All or none. */
  write(writes: readonly Write[]): Promise<WriteResult>;
}

/** The routers, as a move needs them. Neither call fails: a router that does not answer is kept out by the fence. */
export interface RoutersPort {
  /** Brings the newest map to every router that answers. */
  push(): Promise<void>;
  /** Requests of the tenant that any of them still waits for. */
  inFlight(tenant: string): Promise<number>;
}

/** Everything that a move touches. */
export interface MovePorts {
  readonly books: Books;
  /** Null for a cell whose data is not kept by Petri's own Aurora. */
  readonly aurora: (cell: string) => AuroraPort | null;
  readonly routers: RoutersPort;
  readonly events: EventSink;
  readonly wait: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  readonly newId: () => string;
}

/** One step of a move. May be repeated at any time, also after it was done; rejects with an RpcError where another try may help. */
export type Step = (move: Move, ports: MovePorts) => Promise<StepEnd>;

export function auroraOf(ports: MovePorts, cell: string): AuroraPort {
  const aurora = ports.aurora(cell);
  if (!aurora) throw new RpcError('failed', `cell ${cell} has no Aurora of Petri's`);
  return aurora;
}
