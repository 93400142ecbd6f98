import type { Played } from './contract.ts';
import { goals } from './coverage.ts';

/** What a search has seen so far. */
export class Tally {
  readonly #met = new Map<string, number>();
  schedules = 0;
  virtualMs = 0;
  inconclusive = 0;
  /** How long it took, once it is over. */
  tookMs = 0;
  /** The last reason of those. */
  why: string | null = null;

  take({ met, virtualMs, inconclusive }: Played): void {
    this.schedules++;
    this.virtualMs += virtualMs;
    for (const goal of met) this.#met.set(goal, (this.#met.get(goal) ?? 0) + 1);
    if (inconclusive.length === 0) return;
    this.inconclusive++;
    this.why = inconclusive[0] ?? null;
  }

  /** Each goal, and in how many schedules it was met. */
  coverage(): Readonly<Record<string, number>> {
    return Object.fromEntries(goals.map((goal) => [goal, this.#met.get(goal) ?? 0]));
  }

  /** `1,240 of 10,000 schedules · 118/s · 10.3 virtual hours · 21 of 33 goals seen`. Null: it is over. */
  line(wanted: number | null, tookMs: number): string {
    const perSecond = tookMs > 0 ? (this.schedules / tookMs) * 1000 : 0;
    return [
      `${whole(this.schedules)} ${wanted === null ? '' : `of ${whole(wanted)} `}schedules`,
      `${perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond)}/s`,
      `${(this.virtualMs / 3_600_000).toFixed(1)} virtual hours`,
      `${this.#met.size} of ${goals.length} goals seen`,
    ].join(' · ');
  }
}

/** `1,240`. */
function whole(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}
