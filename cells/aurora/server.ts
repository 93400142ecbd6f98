import { RpcError } from '../protocol/rpc-error.ts';
import type { RpcServer } from '../protocol/rpc.ts';
import type { DecidingContext, RunningPart } from '../runtime/part.ts';
import { wait } from '../runtime/time.ts';
import { isReadName } from '../sheets/reads.ts';
import { isTransactionName } from '../sheets/transactions.ts';
import type { AuroraSettings } from './contract.ts';
import type { AuroraDecisions } from './decisions.ts';
import type { Move } from './failover.ts';
import { Instance } from './instance.ts';
import { PeerWatch } from './peer-watch.ts';
import type { AuroraStorage } from './storage.ts';
import { SqliteStorage } from './sqlite-storage.ts';
import { Vigil } from './vigil.ts';

/** After a promotion that failed (a full disk, a damaged copy), in milliseconds: each try raises the generation once more. */
const retryAfterMs = 1000;
/** A program says that it serves once it has a role, or after so long without one (a reader whose writer is not up yet). */
const firstRoleWaitMsMax = 300;

interface NamedCall {
  readonly name: string;
  readonly args: unknown;
}

/** Starts one instance: serves the framed protocol at once, and takes its role as soon as the volume and the peer tell which. */
export async function startAurora(
  { config, events, runtime, decisions }: DecidingContext<AuroraSettings, AuroraDecisions>,
  openStorage: (folder: string) => AuroraStorage = (folder) => new SqliteStorage(folder),
): Promise<RunningPart> {
  if (!config.listen || !config.volume) throw new Error(`${config.address} needs listen and volume`);
  const storage = openStorage(config.volume);
  const settings = config.settings;
  const { time } = runtime;
  const index = Number(config.address.split('/').at(-1));

  /** When anybody called last. */
  let heardMs = time.monotonicMs();
  const hasRole = Promise.withResolvers<void>();
  const instance = new Instance({
    address: config.address,
    storage,
    settings,
    events,
    time,
    conditions: runtime.conditions,
    decisions,
    onRole: (role) => {
      if (role.role !== 'starting') hasRole.resolve();
      server.notifyAll('role', role);
    },
  });
  runtime.conditions.keeps({
    usedBytes: () => instance.usedBytes(),
    tryWrite: async () => void (await instance.submit({ kind: 'trial' })),
  });
  const server: RpcServer = await runtime.serve({
    listen: { host: config.listen.host, port: config.listen.port },
    token: config.token,
    onConnect: (peer) => peer.notify('role', instance.role),
    handlers: {
      tx: ({ name, args }: NamedCall) => {
        heardMs = time.monotonicMs();
        if (!isTransactionName(name)) throw new RpcError('no-such-transaction', `no transaction ${name}`);
        return instance.submit({ kind: 'tx', name, args });
      },
      read: ({ name, args }: NamedCall) => {
        heardMs = time.monotonicMs();
        if (!isReadName(name)) throw new RpcError('no-such-read', `no read ${name}`);
        return instance.submit({ kind: 'read', name, args });
      },
      status: () => {
        heardMs = time.monotonicMs();
        return instance.status;
      },
      promote: () => {
        if (instance.role.role !== 'writer' || storage.hasLaterThan(instance.role.generation)) {
          act({ kind: 'promote', reason: 'asked for' });
        }
        return instance.role;
      },
    },
  });

  let holdUntil = 0;
  const look = (awakeMs: number) => {
    if (time.monotonicMs() < holdUntil) return;
    const { failoverMs } = settings;
    const { role, generation } = instance.role;
    // A writer whom nobody has asked anything for so long is alone, and no use to anybody: the other may take over.
    if (role === 'writer' && time.monotonicMs() - heardMs < failoverMs) storage.beat(generation);
    act(decisions.failover({ index, failoverMs, own: { role, generation }, ...vigil.look(awakeMs) }));
  };
  const act = (move: Move) => {
    try {
      if (move.kind === 'promote') {
        instance.promote(move.reason);
        watch.forgive();
      } else if (move.kind === 'follow') instance.follow('following');
      else if (move.kind === 'step-down') instance.stepDown(move.reason);
    } catch (error) {
      holdUntil = time.monotonicMs() + retryAfterMs;
      console.error(error);
      instance.stepDown(`failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const watch = new PeerWatch(runtime, config.upstreams['peer']?.[0] ?? null, config.token, look);
  const vigil = new Vigil(storage, watch);
  const waiting = time.after(firstRoleWaitMsMax, hasRole.resolve);
  await hasRole.promise;
  waiting.cancel();

  return {
    async stop() {
      watch.close();
      instance.stop();
      await wait(time, 0); // The last group's answers are written before their connections go.
      await server.close();
    },
  };
}
