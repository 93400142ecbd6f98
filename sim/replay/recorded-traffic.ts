import type { Event } from '../../cells/runtime/events.ts';
import { Slots } from '../events/slots.ts';
import type { TrafficStatus } from '../state/status.ts';
import type { World } from '../world/world.ts';
import { numberOf } from './event-fields.ts';

const slotMs = 250;
const rateSlots = 12;
const rateSeconds = (rateSlots * slotMs) / 1000;
const first = 0;
const retry = 1;

/** What Petri's own clients sent, as they recorded it. */
export class RecordedTraffic {
  #sent = new Slots(slotMs, 24, 2);
  #inFlight = 0;
  #lastSentMs: number | null = null;
  /** The last time that somebody changed it. */
  #set: Event | null = null;

  copy(): RecordedTraffic {
    const copy = new RecordedTraffic();
    copy.#sent = this.#sent.copy();
    copy.#inFlight = this.#inFlight;
    copy.#lastSentMs = this.#lastSentMs;
    copy.#set = this.#set;
    return copy;
  }

  take(event: Event): void {
    if (event.kind === 'traffic.set') this.#set = event;
    if (event.part !== 'traffic') return;
    if (event.kind === 'request.sent') {
      this.#sent.count(event.t / 1000, (numberOf(event, 'attempt') ?? 1) > 1 ? retry : first);
      this.#inFlight += 1;
      this.#lastSentMs = event.t / 1000;
    } else if (event.kind === 'request.answered') this.#inFlight = Math.max(0, this.#inFlight - 1);
  }

  /** `setting`: what the world's file says of its traffic, and how it began. After that it was on while something was sent. */
  status(setting: World['traffic'], nowMs: number): TrafficStatus {
    const rate = (field: number) => Number((this.#sent.sum(nowMs, rateSlots, field) / rateSeconds).toFixed(1));
    const { rps, mix, skew } = { ...setting, ...(this.#set as Partial<World['traffic']> | null) };
    const on = this.#lastSentMs === null ? setting.on : nowMs - this.#lastSentMs < rateSeconds * 1000;
    const sent = { offeredPerSecond: rate(first), retriesPerSecond: rate(retry), inFlight: this.#inFlight };
    return { on, targetRps: rps, skew, mix, ...sent };
  }
}
