/** Where a part listens or is reached. Always loopback on processes. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Everything that a part is told when it starts: one JSON file, its path the first argument of the program.
 * A part knows its own place and its neighbours' addresses, and nothing else of the world.
 */
export interface PartConfig<Settings = unknown> {
  readonly world: string;
  /** The part's address in the TARGET grammar: `a/web/1`, `router/1`, `map`. */
  readonly address: string;
  /** The cell's id, or null outside cells. */
  readonly cell: string | null;
  /** The world's secret, shown by both sides of every framed connection and asked for by real Redis. */
  readonly token: string;
  /** Where it serves; null for a part that serves nobody (a worker). */
  readonly listen: Endpoint | null;
  /** Where it takes framed management calls; null where it takes none. */
  readonly admin: Endpoint | null;
  /** The file that its events are appended to. */
  readonly eventsFile: string;
  /** A folder that survives the part's death; null where it keeps nothing. Shared by the two Aurora instances of a cell. */
  readonly volume: string | null;
  /** What the volume holds at most; null or missing: no bound. */
  readonly volumeBytes?: number | null;
  /** Neighbours by name, each in order of their index; an address behind a link is the link's. */
  readonly upstreams: Readonly<Record<string, readonly Endpoint[]>>;
  /** Names the decisions that stand in for some of this program's own, where it is put together so; null or missing: none do. */
  readonly replace?: string | null;
  readonly settings: Settings;
}
