import type { TrafficStatus } from '../state/status.ts';
import type { SubstrateName } from '../substrate/substrate.ts';
import type { PartSize } from './part.ts';
import type { Protocol } from './protocol.ts';
import type { Removable, Services } from './services.ts';

/** A world as a plan needs it: every default filled in, every duration in milliseconds. Made from a file or from flags by `schema.ts`. */
export interface World {
  /** What it runs on: said by who grows it, not by its file. */
  readonly on: SubstrateName;
  readonly name: string;
  /** A planted bug that its programs are put together with: said by a scenario, never by a world's file. Null: none. */
  readonly bug: string | null;
  readonly seed: number;
  /** 1 to 24. Ids are a, b, c, … */
  readonly cells: number;
  /** 0 to 10,000; the default world's are t01 to t60, an equal share in each cell, in order. */
  readonly tenants: number;
  readonly routers: number;
  /** The router's port asked for; null: 8080 or the next free one. */
  readonly port: number | null;
  readonly tenantFrom: 'header' | 'host' | 'path';
  readonly engine: 'auto' | 'redis' | 'embedded';
  readonly cell: {
    readonly web: number;
    readonly worker: number;
    readonly maxTenants: number;
    readonly replaceAfterMs: number;
    readonly xlAbove: number;
    readonly workerConcurrency: number;
    readonly auroraFailoverMs: number;
    /** What each volume of a cell's own stores and exports holds at most; null: no bound. */
    readonly volumeBytes: number | null;
    /** What a task may use; `other` is every part that is no task. Enforced on Docker. */
    readonly sizes: {
      readonly web: PartSize;
      readonly worker: PartSize;
      readonly xl: PartSize;
      readonly other: PartSize;
    };
    /** Parts of the user's own, by name. */
    readonly services: Services;
    /** Petri's own parts that a cell does not have. */
    readonly without: readonly Removable[];
  };
  /** How traffic speaks to a web of the user's own; null: the web is Petri's. */
  readonly protocol: Protocol | null;
  readonly traffic: {
    readonly on: boolean;
    readonly rps: number;
    readonly mix: TrafficStatus['mix'];
    readonly skew: number;
  };
  /** Docker's base images, where the file names them. */
  readonly images: { readonly node: string | null; readonly redis: string | null };
  /** Values of policies that differ from their defaults, as `petri set` takes them. */
  readonly policies: Readonly<Record<string, string>>;
}
