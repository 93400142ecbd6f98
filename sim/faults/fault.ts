import type { Condition } from '../../cells/runtime/conditions.ts';
import type { ConditionsSeen } from '../../cells/runtime/under-conditions.ts';
import type { LinkProbe } from '../links/contract.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import type { PartKind, PartSize } from '../world/part.ts';

/** One setting of a fault kind, as `--help` lists it and the command line checks it. */
export interface FaultSetting {
  readonly name: string;
  readonly type: 'durationMs' | 'number' | 'share' | 'word';
  readonly default: number | string;
  readonly min?: number;
  readonly max?: number;
  readonly words?: readonly string[];
  readonly summary: string;
}

/** What a target of a fault was resolved to. */
export interface ResolvedTarget {
  /** As typed. */
  readonly text: string;
  readonly shape: 'cell' | 'part' | 'link';
  /** Set where the target is a cell or lies in one. */
  readonly cell: string | null;
  /** The parts it stands for (a cell: all its parts but its links). */
  readonly addresses: readonly string[];
  /** The links it stands for, as `A->B`. */
  readonly links: readonly string[];
  readonly kind: PartKind | 'cell' | 'link';
}

export interface OpenFault {
  readonly id: string;
  readonly kind: string;
  readonly target: ResolvedTarget;
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Nothing of it is replaced while it is open. */
  readonly hold: boolean;
  /** What `inject` found before it changed anything, for its probes. */
  readonly notes: Map<string, number>;
}

/** What the doing of faults may touch. Handed in by the supervisor; the same on every substrate. */
export interface FaultPorts {
  kill(address: string): Promise<void>;
  stop(address: string): Promise<void>;
  pause(address: string): Promise<void>;
  resume(address: string): Promise<void>;
  /** Containers only, these six: the networks they stand on and what they may use. */
  disconnect(address: string): Promise<void>;
  reconnect(address: string): Promise<void>;
  limit(address: string, size: Partial<PartSize> | null): Promise<void>;
  /** From their next start on these parts are of that release. */
  deploy(addresses: readonly string[], which: 'good' | 'bad'): Promise<void>;
  /** Resolves once the kernel has killed it. */
  exhaustMemory(address: string): Promise<void>;
  /** `size` is what is enforced now, null where nothing runs; `planned` is what its plan says. */
  standing(
    address: string,
  ): Promise<{ readonly cutOff: boolean; readonly size: PartSize | null; readonly planned: PartSize }>;
  /** Starts the parts that ought to run and do not; resolves when they serve. */
  startMissing(addresses: readonly string[]): Promise<void>;
  partState(address: string): Promise<'starting' | 'running' | 'paused' | 'stopped' | 'dead'>;
  /** Nothing at these addresses is replaced until released. */
  hold(faultId: string, addresses: readonly string[]): void;
  release(faultId: string): void;
  /** Sets a rule on links; a rule's id is the fault's. */
  setLinkRule(faultId: string, links: readonly string[], rule: LinkRule): Promise<void>;
  clearLinkRule(faultId: string, links: readonly string[]): Promise<void>;
  /** Sends so many bytes (1) through a link, there and back, and says what came of it. `closes`: the end of the connection too. */
  probeLink(link: string, ask?: LinkAsk): Promise<LinkProbe>;
  /**
   * Lets parts live under a condition, until it is cleared; a part that starts meanwhile lives under it too. What is set on a volume
   * holds for every part that has it. One fault sets one condition on a part.
   */
  setCondition(faultId: string, addresses: readonly string[], condition: Condition): Promise<void>;
  clearCondition(faultId: string, addresses: readonly string[]): Promise<void>;
  /** What a part says it lives under now; null where it does not answer. */
  conditionsOf(address: string): Promise<PartConditions | null>;
  /** The parts that have the same volume as this one, itself included. */
  sharersOf(address: string): readonly string[];
  /** Empties the volume of a part, none of whose sharers runs. Resolves with how many files it held. */
  wipe(address: string): Promise<number>;
  /** Virtual time only: ends a part and drops what its disk has not taken. */
  powerLoss(address: string): Promise<void>;
  pushMap(
    router: string,
    what: 'current' | 'previous' | 'corrupt',
  ): Promise<{ accepted: boolean; version: number; reason: string | null }>;
  auroraRoles(
    cell: string,
  ): Promise<readonly { address: string; role: 'writer' | 'reader' | null; generation: number | null }[]>;
  /** Asks a cell's reader to promote itself. */
  promote(cell: string): Promise<void>;
}

/** What a link does to the bytes on it. One fault sets one rule; rules on the same link add up. */
export type LinkRule =
  | { readonly kind: 'cut'; readonly direction: 'both' | 'to' | 'from' }
  | { readonly kind: 'latency'; readonly latencyMs: number; readonly jitterMs: number }
  /** Of what crosses, each way, such a share is lost and sent again: what comes after it on its connection waits. */
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'reset'; readonly afterBytes: number }
  /** Each way, shared by all connections of the link. */
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  /** Each connection goes silent once so many bytes have passed, both ways together. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The end of a connection comes so much later than its last byte. */
  | { readonly kind: 'slow-close'; readonly delayMs: number };

export interface LinkAsk {
  readonly bytes?: number;
  readonly closes?: boolean;
}

/** What a part says of itself, and the open faults that have set something on it. */
export interface PartConditions extends ConditionsSeen {
  readonly faults: readonly string[];
}

export interface Seen {
  readonly ok: boolean;
  /** In words, for people: `9 of 9 processes gone`. */
  readonly text: string;
}

/** A kind of fault: one file each. `inject` and `heal` may be called twice; the probe decides, not their return. */
export interface FaultKind {
  readonly kind: string;
  readonly summary: string;
  readonly example: string;
  /** Which targets it takes. */
  readonly targets: readonly (PartKind | 'cell' | 'link')[];
  /** The substrates that can have it; all, where it is left out. */
  readonly on?: readonly SubstrateName[];
  readonly settings: readonly FaultSetting[];
  /** How long it lasts without `--for`, in milliseconds; null: until heal or restart; 0: it is over once it has taken (a part is replaced). */
  readonly defaultForMs: number | null;
  /** It is no state of the part's own process: a restart of its targets does not end it, and they come back under it. */
  readonly outlivesRestart?: boolean;
  /** Whether it keeps its targets from being replaced, without being asked. */
  holds(target: ResolvedTarget): boolean;
  inject(ports: FaultPorts, fault: OpenFault): Promise<void>;
  /** Called about four times a second while the fault is open, for those that do their harm again and again. */
  tick?(ports: FaultPorts, fault: OpenFault): Promise<void>;
  heal(ports: FaultPorts, fault: OpenFault): Promise<void>;
  /** Did it take? */
  taken(ports: FaultPorts, fault: OpenFault): Promise<Seen>;
  /** Is it gone, with nothing left altered? */
  gone(ports: FaultPorts, fault: OpenFault): Promise<Seen>;
}
