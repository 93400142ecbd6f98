/** What every event carries. */
export interface EventHead {
  readonly v: 1;
  /** The machine's monotonic clock, in microseconds: comparable between the processes of one machine. */
  readonly t: number;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** Counts from 1 within one life of a part; a gap means that an event was lost. */
  readonly seq: number;
  /** Names the life: a part that was replaced counts from 1 again under another life. */
  readonly life: string;
  /** The address of the part that wrote it. */
  readonly part: string;
  readonly kind: string;
}

export type Event = EventHead & Readonly<Record<string, unknown>>;

/** Where a part says what happened. Recording never waits for a reader and never throws. */
export interface EventSink {
  record(kind: string, fields: Readonly<Record<string, unknown>>): void;
}
