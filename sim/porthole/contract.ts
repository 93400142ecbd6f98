/** The first line on a connection to the porthole, at most {@link openingBytesMax} long: what the caller wants. */
export type Opening =
  /** Bytes both ways, to a neighbour of the porthole's on any of its networks. */
  | { readonly token: string; readonly to: { readonly host: string; readonly port: number } }
  /** All event files, as they grow. `from`: how far the caller has each; null to begin with what is written from now on. */
  | { readonly token: string; readonly events: true; readonly from: Positions | null };

export const openingBytesMax = 1024 * 1024;

/** How far somebody has read a file: the file by its inode, since a rotated one has the same name as its successor. */
export interface Position {
  readonly inode: number;
  readonly offset: number;
}

/** By the file's path below the events folder: `a/a.web.1.ndjson`. */
export type Positions = Readonly<Record<string, Position>>;

/** One line of what follows `events`. */
export type EventsLine =
  /** Whole lines of a file, none of them cut, and how far the caller has it with them. */
  | ({ readonly file: string; readonly data: string } & Position)
  /** Every file is followed now, and the positions of all have been told. */
  | { readonly following: true };

export interface PortholeSettings {
  /** The folder with a folder of event files for each cell. */
  readonly events: string;
}
