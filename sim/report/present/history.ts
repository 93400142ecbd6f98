import type { RunSeries } from '../../runs/contract.ts';
import { html, type Html } from '../html.ts';
import type { Clock } from './clock.ts';
import { count, moment } from './words.ts';

const binsMax = 300;
const laneHeight = 22;

interface Bin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly all: number;
  readonly poor: number;
}

/** A cell's answers along the clock: a low bar where all were ok, a tall one where some were not, nothing where none came. */
export function historyBars(clock: Clock, series: RunSeries, everyMs: number): Html[] {
  return joined(bins(series, everyMs)).map(({ fromMs, toMs, all, poor }) => {
    const share = poor / all;
    const height = poor === 0 ? 5 : 7 + Math.round(share * 11);
    const words = `${moment(fromMs)} to ${moment(toMs)}: ${poor === 0 ? `all ${count(all)} ok` : `${count(poor)} of ${count(all)} not ok`}`;
    return html`<rect
      class="${poor === 0 ? 'fine' : 'poor'}"
      x="${clock.at(fromMs)}"
      y="${laneHeight - height}"
      width="${clock.width(fromMs, toMs)}"
      height="${height}"
      ><title>${words}</title></rect
    >`;
  });
}

function bins({ ok, refused, unknown }: RunSeries, everyMs: number): Bin[] {
  const each = Math.max(1, Math.ceil(ok.length / binsMax));
  const made: Bin[] = [];
  for (let first = 0; first < ok.length; first += each) {
    const sum = (column: readonly number[]) =>
      column.slice(first, first + each).reduce((total, value) => total + value, 0);
    const poor = sum(refused) + sum(unknown);
    made.push({
      fromMs: first * everyMs,
      toMs: Math.min(ok.length, first + each) * everyMs,
      all: sum(ok) + poor,
      poor,
    });
  }
  return made;
}

/** Calm neighbours become one bar: a long calm run is few marks. */
function joined(all: readonly Bin[]): Bin[] {
  const kept: Bin[] = [];
  for (const bin of all) {
    const last = kept.at(-1);
    if (bin.all === 0) continue;
    if (last && last.poor === 0 && bin.poor === 0 && last.toMs === bin.fromMs) {
      kept[kept.length - 1] = { ...last, toMs: bin.toMs, all: last.all + bin.all };
    } else kept.push(bin);
  }
  return kept;
}
