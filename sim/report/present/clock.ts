/** The run's clock as the page draws it: where a moment stands from left to right, and where the ticks are. */
export interface Clock {
  readonly endMs: number;
  readonly ticks: readonly number[];
  /** A moment as a share of the width, `12.5%`; before and after the run it stands at the edge. */
  at(ms: number): string;
  /** A stretch as a share of the width. */
  width(fromMs: number, toMs: number): string;
}

const ticksMax = 8;
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600].map((seconds) => seconds * 1000);

export function clockOf(endMs: number): Clock {
  const whole = Math.max(1, endMs);
  const step = steps.find((each) => whole / each <= ticksMax) ?? Math.ceil(whole / ticksMax / 3_600_000) * 3_600_000;
  const share = (ms: number) => (Math.min(whole, Math.max(0, ms)) / whole) * 100;
  return {
    endMs: whole,
    ticks: Array.from({ length: Math.floor(whole / step) + 1 }, (_, index) => index * step),
    at: (ms) => `${Number(share(ms).toFixed(3))}%`,
    width: (fromMs, toMs) => `${Number((share(toMs) - share(fromMs)).toFixed(3))}%`,
  };
}

/** `0`, `30 s`, `2 min`. */
export function tickWords(ms: number): string {
  if (ms === 0) return '0';
  if (ms < 60_000) return `${ms / 1000} s`;
  const seconds = (ms % 60_000) / 1000;
  return `${Math.floor(ms / 60_000)}:${String(seconds).padStart(2, '0')}`;
}
