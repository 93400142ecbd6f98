/** What one listener takes at most. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  readonly headBytesMax: number;
  readonly headersMax: number;
  readonly targetBytesMax: number;
  readonly bodyBytesMax: number;
  /** From the first byte of a head to its last. */
  readonly headMsMax: number;
  /** From the end of a head to the last byte of its body. */
  readonly bodyMsMax: number;
  /** A connection without a request in it. Longer than our own pools keep an idle socket, so that they close first. */
  readonly idleMsMax: number;
  /** A client that does not take its answer. */
  readonly stallMsMax: number;
  /** How long an already answered, broken client may go on sending before its connection is cut. */
  readonly lingerMs: number;
  readonly connectionsMax: number;
}

/** The router's, at the edge. */
export const edgeLimits: HttpLimits = {
  headBytesMax: 8 * 1024,
  headersMax: 64,
  targetBytesMax: 2 * 1024,
  bodyBytesMax: 256 * 1024,
  headMsMax: 5_000,
  bodyMsMax: 10_000,
  idleMsMax: 75_000,
  stallMsMax: 10_000,
  lingerMs: 1_000,
  connectionsMax: 512,
};

/** The alb's: what the router lets through must fit with the headers that the router adds, and its sockets come from our own pools. */
export const innerLimits: HttpLimits = {
  ...edgeLimits,
  headBytesMax: 12 * 1024,
  headersMax: 80,
  connectionsMax: 2048,
};

/** An answer of a cell above this is cut off: nothing in the service is near it. */
export const responseBytesMax = 8 * 1024 * 1024;

/** A head of an answer above this breaks the exchange. */
export const responseHeadBytesMax = 32 * 1024;
