import { expect, test } from 'vitest';
import { glyphSets } from '../../../tui/glyphs.ts';
import { screen, rowsOf } from '../../../tui/present/screen.ts';
import { slider } from '../../../tui/present/slider.ts';
import { rowText } from '../../../tui/present/text.ts';
import type { Clock } from '../../../sim/replay/playback.ts';
import { fakeSnapshot } from '../../support/fake-world.ts';
import { fakeView } from '../../support/fake-view.ts';

const playback: Clock = {
  mode: 'replay',
  atMs: 20_000,
  endMs: 40_000,
  playing: true,
  speed: 10,
  event: null,
  faults: [{ fromMs: 10_000, toMs: 30_000 }],
  next: { atMs: 25_000, command: 'petri heal b' },
};

test('the slider says where the run stands, how fast it plays, and where faults are open', () => {
  const view = fakeView(60, 24, { playback });
  expect(rowText(slider(playback, view))).toBe(' >  0:20.0 =======#######O+++++++------ 0:40.0  10x playing ');
  expect(rowText(slider({ ...playback, playing: false, atMs: 0 }, { ...view, glyphs: glyphSets.unicode }))).toMatch(
    /^ ‖ {2}0:00\.0 ●─+░+─+ 0:40\.0 {2}10x paused $/u,
  );
});

test('faults that are still to come are covered while a room guesses', () => {
  const view = fakeView(60, 24, { playback, hidden: true });
  expect(rowText(slider(playback, view))).not.toContain('+');
});

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
  [44, 12],
  [30, 8],
])('at %i×%i the screen with a slider is as high and wide as the terminal', (columns, rows) => {
  const shown = rowsOf(screen(fakeSnapshot(), 'one', fakeView(columns, rows, { playback, readOnly: true })));
  expect(shown.length).toBeLessThanOrEqual(rows);
  for (const row of shown) expect(rowText(row).length).toBeLessThanOrEqual(columns);
});

test('a calm replay says what is done next, and offers only keys that turn its clock or look', () => {
  const text = rowsOf(screen(fakeSnapshot(), 'one', fakeView(120, 40, { playback, readOnly: true })))
    .map(rowText)
    .join('\n');
  expect(text).toContain('Next, at 0:25.0: petri heal b');
  expect(text).toContain('REPLAY');
  expect(text).toContain('Space play');
  expect(text).toContain('q quit');
  expect(text).not.toMatch(/\bk kill\b/u);
});

test('a virtual world can be hurt and its clock turned: both kinds of keys are there, and the past is named', () => {
  const virtual: Clock = { ...playback, mode: 'virtual', speed: 'max', next: null };
  const text = rowsOf(screen(fakeSnapshot(), 'one', fakeView(160, 40, { playback: virtual })))
    .map(rowText)
    .join('\n');
  expect(text).toContain('THE PAST');
  expect(text).toContain('max playing');
  expect(text).toMatch(/\bk kill\b/u);
  expect(text).toContain('Space play');
  expect(text).toContain('< > speed');
  expect(text).not.toContain('hold');
});

test('on 80 columns a virtual world still shows how to kill, pause, get help and leave', () => {
  const virtual: Clock = { ...playback, mode: 'virtual', next: null };
  const rows = rowsOf(screen(fakeSnapshot(), 'one', fakeView(80, 24, { playback: virtual }))).map(rowText);
  expect(rows.at(-1)).toMatch(/k kill.*\? keys.*q quit.*Space play/u);
});
