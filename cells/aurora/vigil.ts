import type { Sight } from './failover.ts';
import type { PeerWatch } from './peer-watch.ts';
import type { AuroraStorage } from './storage.ts';

/** What an instance has seen of the volume and of the other instance, and for how long it has missed a sign of a writer's life. */
export class Vigil {
  readonly #storage: Pick<AuroraStorage, 'current' | 'isWhole' | 'pulse'>;
  readonly #watch: Pick<PeerWatch, 'sight' | 'known' | 'forgetRefusals'>;
  #leaderlessMs = 0;
  #pulselessMs = 0;
  #seenPulse = 0;
  #seenGeneration = -1;
  #seenWhole = 0;

  constructor(
    storage: Pick<AuroraStorage, 'current' | 'isWhole' | 'pulse'>,
    watch: Pick<PeerWatch, 'sight' | 'known' | 'forgetRefusals'>,
  ) {
    this.#storage = storage;
    this.#watch = watch;
  }

  /** `awakeMs`: how long this instance has been awake since it looked before. */
  look(awakeMs: number): Omit<Sight, 'index' | 'failoverMs' | 'own'> {
    this.#leaderlessMs += awakeMs;
    this.#pulselessMs += awakeMs;
    const generation = this.#storage.current();
    const whole = generation > 0 && this.#storage.isWhole(generation);
    // Whoever raised it, and whoever made it whole, lived then, and is given time to say so; it could answer nobody meanwhile.
    if (generation !== this.#seenGeneration) this.#watch.forgetRefusals();
    if (generation !== this.#seenGeneration || (whole && generation !== this.#seenWhole)) {
      this.#leaderlessMs = 0;
      this.#pulselessMs = 0;
    }
    this.#seenGeneration = generation;
    if (whole) this.#seenWhole = generation;
    const peer = this.#watch.sight;
    if (peer.kind === 'says' && peer.role === 'writer') this.#leaderlessMs = 0;
    const pulse = this.#storage.pulse(generation);
    if (pulse !== this.#seenPulse) this.#pulselessMs = 0;
    this.#seenPulse = pulse;
    return {
      volume: { generation, whole },
      ...{ peer, peerKnown: this.#watch.known, leaderlessMs: this.#leaderlessMs, pulselessMs: this.#pulselessMs },
    };
  }
}
