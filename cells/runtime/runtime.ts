import { randomUUID } from 'node:crypto';
import { FramedClient, type FramedClientOptions } from '../protocol/client.ts';
import type { RpcClient, RpcServer } from '../protocol/rpc.ts';
import { serveFramed, type FramedServerOptions } from '../protocol/server.ts';
import { Conditions } from './conditions.ts';
import { realTime, type Time } from './time.ts';

/** What a part touches besides its own files: time, its neighbours, names that nobody else has. */
export interface Runtime {
  readonly time: Time;
  /** A connection to a framed server; it is made later, and calls before that fail at once. */
  connect(options: FramedClientOptions): RpcClient;
  /** Resolves once it listens. */
  serve(options: FramedServerOptions): Promise<RpcServer>;
  newId(): string;
  /** How its volume and its clock are; the clock of `time` is off by it already. */
  readonly conditions: Conditions;
}

/** A process or container on a real machine. */
export const realRuntime: Runtime = {
  time: realTime,
  connect: (options) => new FramedClient(options),
  serve: serveFramed,
  newId: randomUUID,
  conditions: new Conditions(),
};
