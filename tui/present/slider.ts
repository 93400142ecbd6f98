import type { Clock } from '../../sim/replay/playback.ts';
import { exactMoment, moment } from './figures.ts';
import { fitRow, span, type Role, type Row, type Span } from './text.ts';
import type { View } from './view.ts';

/** Where a recorded run or a virtual world stands: `▶ 0:12.3 ━━━━▓▓●░░──── 0:43.0  10x`. Stretches with an open fault are drawn in another ink. */
export function slider(playback: Clock, view: View): Row {
  const { atMs, endMs, playing, speed, event } = playback;
  const { slider: ink } = view.glyphs;
  const before = ` ${playing ? ink.playing : ink.paused} ${event ? exactMoment(atMs) : moment(atMs)} `;
  const after = ` ${moment(endMs)}  ${speed === 'max' ? 'max' : `${speed}x`} ${playing ? 'playing' : 'paused'} `;
  const width = Math.max(4, view.columns - before.length - after.length);
  return fitRow([span(before, 'title'), ...bar(playback, view, width), span(after)], view.columns);
}

function bar({ atMs, endMs, faults }: Clock, { glyphs, hidden }: View, width: number): Span[] {
  const { past, ahead, faultPast, faultAhead, knob } = glyphs.slider;
  const place = (ms: number) => Math.min(width - 1, Math.floor((ms / Math.max(1, endMs)) * width));
  const at = place(atMs);
  const marks = Array.from({ length: width }, (_, index): Span => {
    if (index === at) return span(knob, 'picked');
    const isPast = index < at;
    // What is to come is nobody's business while a room guesses.
    const isFault =
      (isPast || !hidden) && faults.some(({ fromMs, toMs }) => index >= place(fromMs) && index <= place(toMs));
    const role: Role = isFault ? 'bad' : isPast ? 'title' : 'quiet';
    return span(isFault ? (isPast ? faultPast : faultAhead) : isPast ? past : ahead, role);
  });
  return marks.reduce<Span[]>((joined, mark) => {
    const last = joined.at(-1);
    if (last?.role !== mark.role) return [...joined, mark];
    return [...joined.slice(0, -1), span(last.text + mark.text, mark.role)];
  }, []);
}
