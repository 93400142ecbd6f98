import type { CellTraffic } from '../state/status.ts';
import { isMoving, isOrdered, type Answer } from './answer.ts';
import { Histogram } from './histogram.ts';
import { Slots } from './slots.ts';

/** An answer that came, but later than this, is late. In milliseconds. */
export const lateAfterMs = 1000;

/** Records reach us this long after they were made (batched by the part, polled, merged): windows end so long ago. */
const lagMs = 250;
const slotMs = 250;
const rateSlots = 12;
const rateSeconds = (rateSlots * slotMs) / 1000;
const percentileSeconds = 10;
const historySeconds = 90;
const doubtMs = 10_000;
const doubtsMax = 10_000;

const all = 0;
const answered = 1;
const refused = 2;
const failed = 3;
const late = 4;
const fields = 5;

/** What a tenant saw in the last seconds. */
export interface TenantTraffic {
  readonly rps: number;
  readonly errorRatio: number;
  readonly errors: number;
  readonly late: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
  readonly latencyMsP99: number | null;
  /** Monotonic milliseconds of its newest answer, null where it has none yet. */
  readonly lastAnswerMs: number | null;
}

class CellWindow {
  recent = new Slots(slotMs, 24, fields);
  seconds = new Slots(1000, historySeconds + 10, fields);
  latencies = Array.from({ length: percentileSeconds + 2 }, () => ({ second: -1, values: new Histogram() }));
  readonly upSinceMs: number;
  doubts: number[] = [];

  constructor(upSinceMs: number) {
    this.upSinceMs = upSinceMs;
  }

  copy(): CellWindow {
    const copy = new CellWindow(this.upSinceMs);
    copy.recent = this.recent.copy();
    copy.seconds = this.seconds.copy();
    copy.latencies = this.latencies.map(({ second, values }) => ({ second, values: values.copy() }));
    copy.doubts = [...this.doubts];
    return copy;
  }
}

class TenantWindow {
  recent = new Slots(slotMs, 24, fields);
  /** Two spans of five seconds each; the older is emptied when a new one begins. */
  latencies = Array.from({ length: 2 }, () => ({ span: -1, values: new Histogram() }));
  lastAnswerMs = 0;

  copy(): TenantWindow {
    const copy = new TenantWindow();
    copy.recent = this.recent.copy();
    copy.latencies = this.latencies.map(({ span, values }) => ({ span, values: values.copy() }));
    copy.lastAnswerMs = this.lastAnswerMs;
    return copy;
  }
}

/** Rolling figures per cell and tenant. Times are monotonic milliseconds, handed in. */
export class Windows {
  readonly #cells = new Map<string, CellWindow>();
  readonly #tenants = new Map<string, TenantWindow>();
  #doubtSinceMs: number | null = null;
  /** Spans in which this machine slept, or nobody here was awake to look: nothing is said of them. */
  #unknown: { readonly fromMs: number; readonly toMs: number }[] = [];

  /** The same figures, which go their own way from here: a recorded run is read from many places. */
  copy(): Windows {
    const copy = new Windows();
    for (const [cell, window] of this.#cells) copy.#cells.set(cell, window.copy());
    for (const [tenant, window] of this.#tenants) copy.#tenants.set(tenant, window.copy());
    copy.#doubtSinceMs = this.#doubtSinceMs;
    copy.#unknown = this.#unknown;
    return copy;
  }

  /** A cell is there from now on; its history is blank before. Twice is once. */
  addCell(cell: string, nowMs: number): void {
    if (!this.#cells.has(cell)) this.#cells.set(cell, new CellWindow(nowMs));
  }

  /** The open ledger entry's begin: answers in doubt are counted from there. Null: over the last ten seconds. */
  countDoubtSince(sinceMs: number | null): void {
    this.#doubtSinceMs = sinceMs;
  }

  /** Nothing that was sent in this span says anything about a cell. */
  markUnknown(fromMs: number, toMs: number): void {
    this.#unknown = [...this.#unknown.filter((span) => toMs - span.toMs < historySeconds * 1000), { fromMs, toMs }];
  }

  /** True where an answer's request was sent, or answered, within a span that nothing is known of. */
  isUnknown({ sentMs, answeredMs }: Pick<Answer, 'sentMs' | 'answeredMs'>): boolean {
    return this.#unknown.some(({ fromMs, toMs }) => sentMs <= toMs && answeredMs >= fromMs);
  }

  /** `home`: the tenant's cell by the map, for an answer that names none. */
  record(answer: Answer, home: string | null): void {
    const field = fieldOf(answer);
    const isLate = field === answered && answer.latencyMs > lateAfterMs;
    const cell = answer.cell ?? home;
    if (cell !== null && !isOrdered(answer)) this.#recordCell(cell, answer, field, isLate);
    if (answer.tenant !== null && home !== null && !isMoving(answer))
      this.#recordTenant(answer.tenant, answer, field, isLate);
  }

  cell(cell: string, nowMs: number): CellTraffic {
    const window = this.#cells.get(cell);
    if (!window) return noTraffic;
    const rate = (field: number) => window.recent.sum(nowMs - lagMs, rateSlots, field) / rateSeconds;
    const seconds = Math.floor(nowMs / 1000);
    const values = new Histogram();
    for (const held of window.latencies) if (held.second > seconds - percentileSeconds - 1) values.add(held.values);
    const since = this.#doubtSinceMs ?? nowMs - doubtMs;
    const rps = rate(all);
    return {
      rps: round(rps),
      answeredPerSecond: round(rate(answered)),
      refusedPerSecond: round(rate(refused)),
      failedPerSecond: round(rate(failed)),
      latePerSecond: round(rate(late)),
      inDoubt: window.doubts.filter((timeMs) => timeMs >= since).length,
      errorRatio: rps === 0 ? 0 : Number(((rate(refused) + rate(failed)) / rps).toFixed(4)),
      latencyMsP50: values.percentile(0.5),
      latencyMsP95: values.percentile(0.95),
      latencyMsP99: values.percentile(0.99),
    };
  }

  tenant(tenant: string, nowMs: number): TenantTraffic {
    const window = this.#tenants.get(tenant);
    if (!window) return noTenantTraffic;
    const { lastAnswerMs } = window;
    const quiet = nowMs - lastAnswerMs > 12_000;
    if (quiet) return { ...noTenantTraffic, lastAnswerMs };
    const sum = (field: number) => window.recent.sum(nowMs - lagMs, rateSlots, field);
    const requests = sum(all);
    const errors = sum(refused) + sum(failed);
    const span = Math.floor(nowMs / 5000);
    const values = new Histogram();
    for (const held of window.latencies) if (held.span >= span - 1) values.add(held.values);
    return {
      rps: round(requests / rateSeconds),
      errorRatio: requests === 0 ? 0 : Number((errors / requests).toFixed(4)),
      errors,
      late: sum(late),
      latencyMsP50: values.percentile(0.5),
      latencyMsP95: values.percentile(0.95),
      latencyMsP99: values.percentile(0.99),
      lastAnswerMs,
    };
  }

  /** The last 90 whole seconds, oldest first: see CellStatus.history. */
  history(cell: string, nowMs: number): string {
    const window = this.#cells.get(cell);
    if (!window) return ' '.repeat(historySeconds);
    const end = Math.floor((nowMs - lagMs) / 1000);
    const begin = Math.floor(window.upSinceMs / 1000);
    let letters = '';
    for (let second = end - historySeconds; second < end; second++) {
      const asleep = this.isUnknown({ sentMs: second * 1000, answeredMs: second * 1000 + 999 });
      letters += asleep ? '?' : letterOf(window, second, begin);
    }
    return letters;
  }

  #recordCell(cell: string, answer: Answer, field: number, isLate: boolean): void {
    this.addCell(cell, answer.answeredMs);
    const window = this.#cells.get(cell)!;
    for (const slots of [window.recent, window.seconds]) count(slots, answer.answeredMs, field, isLate);
    if (answer.outcome === 'unknown') {
      window.doubts.push(answer.answeredMs);
      if (window.doubts.length > doubtsMax) window.doubts = window.doubts.slice(doubtsMax / 2);
    }
    // How fast a refusal comes says nothing about the service.
    if (field !== answered) return;
    const second = Math.floor(answer.answeredMs / 1000);
    const held = window.latencies[second % window.latencies.length]!;
    if (held.second > second) return;
    if (held.second < second) {
      held.second = second;
      held.values.clear();
    }
    held.values.record(answer.latencyMs);
  }

  #recordTenant(tenant: string, answer: Answer, field: number, isLate: boolean): void {
    let window = this.#tenants.get(tenant);
    if (!window) this.#tenants.set(tenant, (window = new TenantWindow()));
    window.lastAnswerMs = Math.max(window.lastAnswerMs, answer.answeredMs);
    count(window.recent, answer.answeredMs, field, isLate);
    if (field !== answered) return;
    const span = Math.floor(answer.answeredMs / 5000);
    const held = window.latencies[span % 2]!;
    if (held.span > span) return;
    if (held.span < span) {
      held.span = span;
      held.values.clear();
    }
    held.values.record(answer.latencyMs);
  }
}

function fieldOf(answer: Answer): number {
  if (!answer.error) return answered;
  return answer.outcome === 'refused' ? refused : failed;
}

function count(slots: Slots, timeMs: number, field: number, isLate: boolean): void {
  slots.count(timeMs, all);
  slots.count(timeMs, field);
  if (isLate) slots.count(timeMs, late);
}

function letterOf(window: CellWindow, second: number, begin: number): string {
  if (second < begin) return ' ';
  if (window.seconds.at(second, refused) + window.seconds.at(second, failed) > 0) return 'X';
  if (window.seconds.at(second, late) > 0) return '~';
  return window.seconds.at(second, all) > 0 ? '.' : '-';
}

function round(rate: number): number {
  return Number(rate.toFixed(1));
}

const noTraffic: CellTraffic = {
  rps: 0,
  answeredPerSecond: 0,
  refusedPerSecond: 0,
  failedPerSecond: 0,
  latePerSecond: 0,
  inDoubt: 0,
  errorRatio: 0,
  latencyMsP50: null,
  latencyMsP95: null,
  latencyMsP99: null,
};

const noTenantTraffic: TenantTraffic = {
  rps: 0,
  errorRatio: 0,
  errors: 0,
  late: 0,
  latencyMsP50: null,
  latencyMsP95: null,
  latencyMsP99: null,
  lastAnswerMs: null,
};
