/** One multiplexed connection to a server of framed calls, whatever carries it. */
export interface RpcClient {
  readonly connected: boolean;
  /** Rejects with an RpcError; a call made while there is no connection is `not-sent`, one that breaks or runs into its time is `unknown`. Default 2000 ms; null: no bound. */
  call<T>(method: string, args: unknown, timeoutMs?: number | null): Promise<T>;
  notify(method: string, args: unknown): void;
  close(): void;
  /** Drops the current connection, so that the next one is made afresh; calls in flight become `unknown`. */
  breakConnection(): void;
}

/** What serves framed calls. */
export interface RpcServer {
  notifyAll(method: string, args: unknown): void;
  close(): Promise<void>;
}
