import type { Event } from '../../cells/runtime/events.ts';
import type { JudgedWorld } from '../judge/contract.ts';
import type { FaultStatus, Status } from '../state/status.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import type { Action } from './scenario.ts';

/**
 * A live world as a scenario drives it, the same for every substrate. In virtual time nothing here touches a real clock:
 * `wait` resolves once so much of the world's own time has passed.
 */
export interface WorldDriver {
  readonly on: SubstrateName;
  /** The world's monotonic clock, in microseconds: what its events are stamped with. */
  nowT(): number;
  wait(ms: number): Promise<void>;
  /** Every event of every part, merged and in order, from now on. Real worlds hand them over some hundred milliseconds late. */
  onEvents(listener: (events: readonly Event[]) => void): void;
  /**
   * Only where `onEvents` cannot keep the order (a part of a real world that was frozen tells late): once settled, hands over the
   * whole record again, in order. What is judged and kept comes from here then.
   */
  replay?(listener: (events: readonly Event[]) => void): Promise<void>;
  /** Resolves once every event up to this moment has been handed over. */
  settled(): Promise<void>;
  status(): Promise<Status>;
  /** Resolves once the probe has seen it; rejects with an RpcError `unproven` where it was not seen to take in 30 s, `usage` where it cannot be. */
  inject(request: {
    readonly kind: string;
    readonly target: string;
    readonly settings: Readonly<Record<string, string | number | boolean>>;
    readonly forMs: number | null;
    readonly hold: boolean;
  }): Promise<FaultStatus>;
  /** A fault's id, a target, or null for all. Resolves once the probes say gone. */
  heal(id: string | null): Promise<readonly FaultStatus[]>;
  setPolicy(name: string, value: string): Promise<void>;
  /** Resolves once it was done; a move and an emptying once they have begun, since a fault may keep them for long. */
  act(action: Action): Promise<void>;
  /**
   * After traffic has ended: reads every row that was ever written and asks after every job that was accepted, through the router,
   * recorded like any request of Petri's clients (`op` is `read` or `poll`, `purpose` is `final`). Resolves when all were answered or `withinMs` is over.
   */
  readBack(withinMs: number): Promise<void>;
  /** What the judge needs of this world beside its events; asked for before the first of them is handed over. */
  estate(): Promise<Omit<JudgedWorld, 'seed'>>;
  /** Ends the world if this driver grew it. */
  end(): Promise<void>;
}
