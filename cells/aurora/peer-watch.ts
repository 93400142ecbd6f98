import type { RpcClient } from '../protocol/rpc.ts';
import type { Endpoint } from '../runtime/part-config.ts';
import type { Runtime } from '../runtime/runtime.ts';
import type { Timer } from '../runtime/time.ts';
import type { AuroraRole, AuroraStatus } from './contract.ts';
import type { PeerSight } from './failover.ts';

/** Between two questions to the peer, in milliseconds. */
export const lookEveryMs = 250;
/** A loss or a first refusal is looked at again this soon. */
const againMs = 25;

/** Keeps asking the other instance how it is. Calls `onLook` after every change and at least every {@link lookEveryMs}. */
export class PeerWatch {
  readonly #peer: Endpoint | null;
  readonly #token: string;
  readonly #onLook: (awakeMs: number) => void;
  readonly #runtime: Pick<Runtime, 'connect' | 'time'>;
  #client: RpcClient | null = null;
  #asking = false;
  #said: AuroraRole | null = null;
  #known = false;
  #refused = 0;
  #silentMs = 0;
  #lastTick: number;
  #timer: Timer | null = null;
  #closed = false;

  constructor(
    runtime: Pick<Runtime, 'connect' | 'time'>,
    peer: Endpoint | null,
    token: string,
    onLook: (awakeMs: number) => void,
  ) {
    this.#runtime = runtime;
    this.#lastTick = runtime.time.monotonicMs();
    this.#peer = peer;
    this.#token = token;
    this.#onLook = onLook;
    this.#next(0);
  }

  get sight(): PeerSight {
    if (!this.#peer) return { kind: 'none' };
    const isSilent = this.#silentMs > 2 * lookEveryMs;
    // Refused once, and no word of the next attempt: where a container was taken off its network that takes seconds.
    if (this.#refused > (isSilent ? 1 : 0)) return { kind: 'refused', times: this.#refused };
    if (!this.#said || isSilent) return { kind: 'silent', silentMs: this.#silentMs };
    return { kind: 'says', role: this.#said.role, generation: this.#said.generation };
  }

  /** It answered at least once. */
  get known(): boolean {
    return this.#known;
  }

  /** Time in which this process could not listen does not count as the peer's silence. */
  forgive(): void {
    this.#lastTick = this.#runtime.time.monotonicMs();
    this.#silentMs = 0;
  }

  /** Those of before say nothing of one that has been seen alive since. */
  forgetRefusals(): void {
    this.#refused = 0;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#client?.close();
  }

  #next(afterMs: number): void {
    this.#timer?.cancel();
    if (!this.#closed) this.#timer = this.#runtime.time.after(afterMs, () => this.#tick());
  }

  #tick(): void {
    const now = this.#runtime.time.monotonicMs();
    // An instance that was stopped or starved must not take its own sleep for the peer's.
    const awakeMs = Math.min(now - this.#lastTick, 2 * lookEveryMs);
    this.#lastTick = now;
    this.#silentMs += awakeMs;
    this.#next(lookEveryMs);
    this.#onLook(awakeMs);
    if (this.#closed || !this.#peer) return;
    if (!this.#client) this.#connect(this.#peer);
    else this.#ask(this.#client);
  }

  #connect(peer: Endpoint): void {
    let connected = false;
    const client = this.#runtime.connect({
      connect: { host: peer.host, port: peer.port },
      token: this.#token,
      reconnect: false,
      onConnect: () => {
        connected = true;
        if (this.#refused > 0) this.#silentMs = 0;
        this.#refused = 0;
        this.#ask(client);
      },
      onDisconnect: () => {
        this.#client = null;
        this.#asking = false;
        if (connected) this.#said = null;
        else this.#refused++;
        this.#next(this.#refused <= 2 ? againMs : lookEveryMs);
      },
    });
    this.#client = client;
  }

  #ask(client: RpcClient): void {
    if (this.#asking) return;
    this.#asking = true;
    client.call<AuroraStatus>('status', {}, null).then(
      (said) => {
        this.#asking = false;
        this.#said = said;
        this.#known = true;
        this.#silentMs = 0;
        this.#onLook(0);
      },
      () => {
        this.#asking = false;
      },
    );
  }
}
