import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';

export type PartKind =
  | 'alb'
  | 'web'
  | 'worker'
  | 'xl'
  | 'aurora'
  | 'dynamodb'
  | 'sqs'
  | 'links'
  | 'router'
  | 'map'
  | 'control'
  | 'traffic'
  /** A part that a world file added to its cells: its address says which. */
  | 'service';

/** The programs that Petri ships; several kinds can run the same one. `redis` is an engine from PATH, not ours. */
export type Program =
  | 'alb'
  | 'web'
  | 'worker'
  | 'aurora'
  | 'dynamodb'
  | 'queue-engine'
  | 'links'
  | 'router'
  | 'control'
  | 'traffic';

/** One part of a plan: what to run, where, with whom as neighbours. Plain data, the same for every substrate. */
export interface PartSpec {
  readonly address: string;
  readonly kind: PartKind;
  /** The cell's id, or null outside cells. */
  readonly cell: string | null;
  readonly index: number | null;
  /** The name of the volume that outlives it, `b-aurora`; null where it keeps nothing. Two parts may share one. */
  readonly volume: string | null;
  /** What it may use, as Fargate sizes a task. Enforced where parts are containers; on processes only told. */
  readonly size: PartSize;
  readonly run:
    /** `image`: that of another release, where it is a container. */
    | { readonly program: Program; readonly config: PartConfig; readonly image?: string }
    /** A real engine: an executable found on PATH, its arguments, its working folder. No shell in between. */
    | {
        readonly program: 'redis';
        readonly executable: string;
        readonly args: readonly string[];
        readonly ready: Endpoint;
      }
    /** A real engine in a container of its own image: it reads its configuration from standard input. */
    | { readonly program: 'redis-image'; readonly image: string; readonly configuration: string }
    | ForeignRun;
}

/** A service of the user's own. It knows nothing of Petri: no config, no channel, no word that it serves. */
export interface ForeignRun {
  readonly program: 'foreign';
  /** On processes: the program and its arguments; null: it has an image only. */
  readonly command: readonly string[] | null;
  /** On Docker; null: it has a command only. */
  readonly image: string | null;
  /** What the image's program is called with; null: what the image says. */
  readonly args: readonly string[] | null;
  /** With every address filled in. */
  readonly env: Readonly<Record<string, string>>;
  /** It serves once this accepts connections, and, where `health` is a path, answers 2xx there. Null: once it has lived for a moment. */
  readonly ready: { readonly endpoint: Endpoint; readonly health: string | null } | null;
  readonly user: '1000' | 'image';
  readonly root: 'read-only' | 'writable';
  readonly tmpfs: readonly string[];
  /** Volumes that outlive it, and where its container has each. */
  readonly mounts: readonly { readonly volume: string; readonly folder: string }[];
}

export interface PartSize {
  /** Shares of a core: 0.5 is half of one. */
  readonly cpus: number;
  readonly memoryBytes: number;
}
