import type { AuroraRole, Reads, Transactions } from '../aurora/contract.ts';
import type { RpcClient } from '../protocol/rpc.ts';
import { RpcError } from '../protocol/rpc-error.ts';
import type { Endpoint } from '../runtime/part-config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { chooseReaders, chooseWriter, type Instance } from './choose-instance.ts';

/** The two calls that the rest of a cell makes to Aurora. Both reject with an {@link RpcError}. */
export interface AuroraPort {
  /** A named transaction at the writer; `not-sent` and `not-writer` are surely without effect, `unknown` and `fenced` may have had one. */
  tx<Name extends keyof Transactions>(
    name: Name,
    args: Transactions[Name]['args'],
  ): Promise<Transactions[Name]['result']>;
  /** A named read at the writer or a current reader, tried at the other once where the first fails. */
  read<Name extends keyof Reads>(name: Name, args: Reads[Name]['args']): Promise<Reads[Name]['result']>;
}

interface Connection {
  readonly client: RpcClient;
  state: Instance;
}

const unknownInstance: Instance = { role: null, generation: -1, suspect: false };

/** Connected to every instance of a cell's Aurora, following who is the writer. */
export class AuroraClient implements AuroraPort {
  readonly #connections: readonly Connection[];
  readonly #timeoutMs: number;
  #knewWriter = false;

  constructor(runtime: Pick<Runtime, 'connect'>, endpoints: readonly Endpoint[], token: string, timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#connections = endpoints.map((connect) => {
      const connection: Connection = {
        client: runtime.connect({
          connect,
          token,
          reconnect: true,
          onNotify: (method, args) => {
            if (method !== 'role') return;
            const { role, generation } = args as AuroraRole;
            connection.state = { role, generation, suspect: false };
            this.#knewWriter ||= role === 'writer';
          },
          onDisconnect: () => {
            connection.state = unknownInstance;
          },
        }),
        state: unknownInstance,
      };
      return connection;
    });
  }

  /** Whether any instance is there to read from. */
  get reachable(): boolean {
    return chooseReaders(this.#states()).length > 0;
  }

  /** Whether a writer was known at any time. */
  get knewWriter(): boolean {
    return this.#knewWriter;
  }

  async tx<Name extends keyof Transactions>(
    name: Name,
    args: Transactions[Name]['args'],
  ): Promise<Transactions[Name]['result']> {
    const writer = this.#connections[chooseWriter(this.#states()) ?? -1];
    if (!writer) throw new RpcError('not-sent', 'no writer of Aurora is known');
    return this.#call(writer, 'tx', { name, args }, this.#timeoutMs);
  }

  async read<Name extends keyof Reads>(name: Name, args: Reads[Name]['args']): Promise<Reads[Name]['result']> {
    const candidates = chooseReaders(this.#states()).slice(0, 2);
    // Both tries together end within one call's time, so that the nested timeouts above still hold.
    const timeoutMs = this.#timeoutMs / Math.max(candidates.length, 1);
    let failure: RpcError | null = null;
    for (const index of candidates) {
      const connection = this.#connections[index];
      if (!connection) continue;
      try {
        return await this.#call<Reads[Name]['result']>(connection, 'read', { name, args }, timeoutMs);
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        failure = error;
      }
    }
    throw failure ?? new RpcError('not-sent', 'no instance of Aurora is known');
  }

  close(): void {
    for (const { client } of this.#connections) client.close();
  }

  #states(): readonly Instance[] {
    return this.#connections.map(({ state }) => state);
  }

  async #call<T>(connection: Connection, method: string, args: unknown, timeoutMs: number): Promise<T> {
    try {
      const result = await connection.client.call<T>(method, args, timeoutMs);
      if (connection.state.suspect) connection.state = { ...connection.state, suspect: false };
      return result;
    } catch (error) {
      if (error instanceof RpcError) this.#learn(connection, error);
      throw error;
    }
  }

  #learn(connection: Connection, error: RpcError): void {
    if (connection.state.role === null) return;
    if (error.code === 'unknown') connection.state = { ...connection.state, suspect: true };
    // It tells its new role itself; until then nothing more is sent to it as the writer.
    if (error.code === 'not-writer' || error.code === 'fenced')
      connection.state = { ...connection.state, role: 'starting' };
  }
}
