import fc from 'fast-check';
import { expect, test } from 'vitest';
import { safeJson, safeText } from '../../../sim/state/safe-text.ts';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a title', '\u001b]0;owned\u0007x', 'x'],
  ['a hyperlink', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['one-byte CSI', 'a\u009b2Jb', 'ab'],
  ['a reset', 'a\u001bcb', 'ab'],
  ['bidirectional marks', 'a\u202eb\u2066c\u200f', 'abc'],
  ['no width', 'a\u200bb\ufeffc\u2060', 'abc'],
  ['line ends and tabs', 'a\r\nb\tc', 'a b c'],
  ['back space and bell', 'a\u0008\u0007b', 'ab'],
  ['half a pair', 'a\ud800b', 'ab'],
  ['tags', 'a\u{e0041}b', 'ab'],
  ['an unfinished sequence', 'a\u001b[31', 'a'],
  ['text of people', 'Zürich 東京 💥', 'Zürich 東京 💥'],
])('%s', (_, text, safe) => {
  expect(safeText(text)).toBe(safe);
});

test('a huge line is cut, at once', () => {
  const text = safeText('x'.repeat(20_000_000), 100);
  expect(text).toBe(`${'x'.repeat(99)}…`);
});

test('nothing unsafe is left of anything, and it is safe already', () => {
  const piece = fc.constantFrom(
    '\u001b',
    '[',
    ']',
    '31m',
    ';',
    '\u009b',
    '\u0007',
    '\\',
    'a',
    '\u202e',
    '\n',
    '\u0090',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((all) => all.join('')),
      ),
      (text) => {
        const safe = safeText(text);
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
        expect(safeText(safe)).toBe(safe);
      },
    ),
    { numRuns: 1000 },
  );
});

test('JSON keeps everything, escaped', () => {
  const value = { text: 'a\u001b[31m\u202e\u009b\u{e0041}\ud800b', 'k\u200b': ['\n'] };
  for (const indent of [0, 2]) {
    const json = safeJson(value, indent);
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u202e]/);
  }
});
