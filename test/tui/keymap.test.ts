import { expect, test } from 'vitest';
import { fakeSnapshot } from '../support/fake-world.ts';
import { fakeView } from '../support/fake-view.ts';
import { parseCommand } from '../../tui/commands/parse.ts';
import { keymap, type KeyContext } from '../../tui/keymap.ts';
import { footer } from '../../tui/present/footer.ts';
import { helpLines } from '../../tui/present/overlays.ts';
import { keyTable } from '../../tui/present/key-table.ts';
import { rowText } from '../../tui/present/text.ts';

const context = (differing: Partial<KeyContext> = {}): KeyContext => ({
  snapshot: fakeSnapshot(),
  cell: 'b',
  part: null,
  filter: '',
  ...differing,
});

const lineOf = (key: string, given: KeyContext): string => {
  const said = keymap.find((binding) => binding.keys.includes(key))?.command?.(given);
  if (!said) throw new Error(`${key} says no command`);
  return said.ok ? said.line : said.missing;
};

test('no key means two things', () => {
  const keys = keymap.flatMap((binding) => binding.keys);
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
});

test('every key stands in the help, and the help can be searched', () => {
  const all = helpLines(fakeView(200, 60), '').map(rowText).join('\n');
  for (const binding of keymap) expect(all).toContain(binding.label);
  const found = helpLines(fakeView(200, 60), 'quarantine').map(rowText).join('\n');
  expect(found).not.toContain('Hold the picture');
  expect(found).toContain('quarantine');
});

test('the footer of a projector is the proposed one, and read-only says what is off', () => {
  expect(rowText(footer(fakeSnapshot(), fakeView(80, 24))).trimEnd()).toBe(
    ' 1-3 pick  k kill  p pause  x cut  h heal  + - load  Space hold  ? keys  q quit',
  );
  const readOnly = rowText(footer(fakeSnapshot(), fakeView(80, 24, { readOnly: true })));
  expect(readOnly).toContain('read only');
  expect(readOnly).not.toContain('kill');
});

test.each([
  ['k', context(), 'petri kill b'],
  ['k', context({ part: 'b/web/1' }), 'petri kill b/web/1'],
  ['p', context(), 'petri pause b'],
  ['x', context(), 'petri partition b'],
  ['l', context(), 'petri fault latency router->b'],
  ['r', context(), 'petri restart b'],
  ['+', context(), 'petri traffic --rps 250'],
  ['-', context(), 'petri traffic --rps 160'],
  ['w', context({ filter: 't21' }), 'petri why t21'],
  ['Z', context({ filter: 't21' }), 'petri quarantine t21'],
  ['h', context({ snapshot: fakeSnapshot({ moment: 'killed' }) }), 'petri heal f1'],
  ['u', context({ snapshot: fakeSnapshot({ moment: 'killed' }), cell: null }), 'petri heal f1'],
])('%s says a command that the palette takes as well', (key, given, line) => {
  expect(lineOf(key, given)).toBe(line);
  expect(parseCommand(line).ok).toBe(true);
});

test.each([
  ['k', context({ cell: null }), 'Pick a cell first'],
  ['h', context(), 'Nothing to heal'],
  ['Z', context(), 'Name a tenant first'],
])('%s without what it needs says what to do', (key, given, words) => {
  expect(lineOf(key, given)).toContain(words);
});

test('a key pressed again ends what it began', () => {
  const snapshot = fakeSnapshot({ moment: 'killed' });
  const [fault] = snapshot.status.faults;
  if (!fault) throw new Error('no fault');
  const paused = { ...snapshot, status: { ...snapshot.status, faults: [{ ...fault, kind: 'pause', target: 'b' }] } };
  expect(lineOf('p', context({ snapshot: paused }))).toBe('petri heal f1');
});

test('the README table has a line for every key', () => {
  const lines = keyTable().trim().split('\n').slice(2);
  expect(lines).toHaveLength(keymap.length);
  expect(lines.find((each) => each.startsWith('| k |'))).toContain('| kill | Kill the picked cell or part');
});
