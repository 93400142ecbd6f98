import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { fakeSnapshot } from '../../support/fake-world.ts';
import { fakeView } from '../../support/fake-view.ts';
import { Screen } from '../../../tui/panels/screen.tsx';
import { rowsOf, screen } from '../../../tui/present/screen.ts';
import { rowText } from '../../../tui/present/text.ts';

test.each([
  [80, 24],
  [120, 40],
  [60, 20],
])('the panels place the rows and nothing else, %i×%i', (columns, rows) => {
  const shown = screen(fakeSnapshot({ moment: 'killed' }), 'default', fakeView(columns, rows));
  const drawn = renderToString(<Screen shown={shown} theme="mono" columns={columns} rows={rows} />, { columns });
  // oxlint-disable-next-line no-control-regex -- the theme's colours are taken out
  const lines = drawn.replace(/\u001b\[[0-9;]*m/gu, '').split('\n');
  const expected = rowsOf(shown).map((row) => rowText(row).trimEnd());
  expect(lines.map((line) => line.trimEnd())).toEqual(expected);
});
