import type { Event } from '../../cells/runtime/events.ts';
import type { Clock } from '../replay/playback.ts';

/** When faults were open, for whoever draws a slider. Times are milliseconds of the world's clock. */
export class FaultSpans {
  readonly #spans = new Map<string, { readonly fromMs: number; readonly toMs: number | null }>();

  take({ kind, fault }: Event, atMs: number): void {
    if (typeof fault !== 'string') return;
    const known = this.#spans.get(fault);
    if ((kind === 'fault.injected' || kind === 'fault.seen') && !known)
      this.#spans.set(fault, { fromMs: atMs, toMs: null });
    if (kind === 'fault.gone' && known) this.#spans.set(fault, { ...known, toMs: atMs });
  }

  until(endMs: number): Clock['faults'] {
    return [...this.#spans.values()].map(({ fromMs, toMs }) => ({ fromMs, toMs: toMs ?? endMs }));
  }
}
