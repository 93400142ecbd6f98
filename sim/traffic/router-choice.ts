/** A router that took no connection is left alone for so long, in milliseconds. */
const refusedRestMs = 500;
/** With requests under way and no answer for so long, a router is taken for frozen. */
const silentMs = 1000;

interface Seen {
  inFlight: number;
  /** Since when something is under way and nothing was answered; null where nothing is. */
  waitingSinceMs: number | null;
  restUntilMs: number;
  /** It let a client wait in vain: only a probe may ask it, until one is answered. */
  lost: boolean;
}

/**
 * Which of several routers is asked next: in turn among those that look well, among all where none does. It does for the
 * routers what a network load balancer's health checks do. Deciding only: `nowMs` is handed in.
 */
export class RouterChoice {
  readonly #routers: readonly Seen[];
  #turn = 0;

  constructor(count: number) {
    this.#routers = Array.from({ length: count }, () => ({
      inFlight: 0,
      waitingSinceMs: null,
      restUntilMs: 0,
      lost: false,
    }));
  }

  /** The index of the router to ask; null where there is none besides `except`. */
  next(nowMs: number, except: ReadonlySet<number> = new Set()): number | null {
    let fallback: number | null = null;
    for (let step = 0; step < this.#routers.length; step++) {
      const index = (this.#turn + step) % this.#routers.length;
      if (except.has(index)) continue;
      fallback ??= index;
      if (!this.#well(index, nowMs)) continue;
      fallback = index;
      break;
    }
    if (fallback !== null) this.#turn = fallback + 1;
    return fallback;
  }

  sent(index: number, nowMs: number): void {
    const router = this.#routers[index];
    if (!router) return;
    router.inFlight++;
    router.waitingSinceMs ??= nowMs;
  }

  /** `refused`: nothing was sent. `lost`: it was sent, and no answer came. */
  ended(index: number, how: 'answered' | 'refused' | 'lost', nowMs: number): void {
    const router = this.#routers[index];
    if (!router) return;
    router.inFlight--;
    if (how === 'answered') {
      router.waitingSinceMs = router.inFlight > 0 ? nowMs : null;
      router.restUntilMs = 0;
      router.lost = false;
      return;
    }
    if (how === 'refused') router.restUntilMs = nowMs + refusedRestMs;
    // A connection that broke says nothing about the next one; a silence does.
    else router.lost ||= this.#isSilent(router, nowMs);
    if (router.inFlight === 0) router.waitingSinceMs = null;
  }

  /** Routers that have to be asked whether they answer again, since no request is sent to them. */
  toProbe(): readonly number[] {
    return this.#routers.flatMap((router, index) => (router.lost && router.inFlight === 0 ? [index] : []));
  }

  #isSilent({ waitingSinceMs }: Seen, nowMs: number): boolean {
    return waitingSinceMs !== null && nowMs - waitingSinceMs >= silentMs;
  }

  #well(index: number, nowMs: number): boolean {
    const router = this.#routers[index];
    return router !== undefined && !router.lost && nowMs >= router.restUntilMs && !this.#isSilent(router, nowMs);
  }
}
