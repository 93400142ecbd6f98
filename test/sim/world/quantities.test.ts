import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  parseDuration,
  parseNumber,
  parseRate,
  parseShare,
  parseSize,
  parseWhole,
  printDuration,
} from '../../../sim/world/quantities.ts';

const anyMs = { min: 0, max: 3_600_000_000 };

describe('durations', () => {
  test.each([
    ['30s', 30_000],
    ['250ms', 250],
    ['1.5s', 1500],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['0ms', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text, anyMs)).toEqual({ ok: true, value: ms });
  });

  test.each(['', '30', 's', '30 s', '-1s', '1e3s', '1d', '.5s', '30S', '１s', '9999999999s'])(
    '%j is refused',
    (text) => {
      expect(parseDuration(text, anyMs)).toEqual({
        ok: false,
        error: `must be a duration such as 30s, 250ms or 2m, not ${JSON.stringify(text)}`,
      });
    },
  );

  test('out of range names the range', () => {
    expect(parseDuration('11m', { min: 500, max: 600_000 })).toEqual({
      ok: false,
      error: 'must be from 500ms to 10m, not 11m',
    });
  });

  test('what is printed is read back as the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500_000_000 }), (ms) => {
        expect(parseDuration(printDuration(ms), anyMs)).toEqual({ ok: true, value: ms });
      }),
    );
  });
});

test.each([
  ['rate', parseRate('60rps', { min: 0, max: 100 }), 60],
  ['fraction of a rate', parseRate('0.5rps', { min: 0, max: 100 }), 0.5],
  ['share', parseShare('34%'), 0.34],
  ['size', parseSize('64KiB', { min: 0, max: 1e9 }), 65_536],
  ['whole', parseWhole('-3', { min: -5, max: 5 }), -3],
  ['number', parseNumber('0.9', { min: 0, max: 3 }), 0.9],
])('reads a %s', (_, parsed, value) => {
  expect(parsed).toEqual({ ok: true, value });
});

test.each([
  ['rate without a unit', parseRate('60', { min: 0, max: 100 }), 'must be a rate such as 60rps, not "60"'],
  ['rate above', parseRate('101rps', { min: 0, max: 100 }), 'must be from 0rps to 100rps, not 101rps'],
  ['share above', parseShare('101%'), 'must be from 0% to 100%, not 101%'],
  [
    'size in decimal units',
    parseSize('64kB', { min: 0, max: 1e9 }),
    'must be a size such as 64KiB or 10MiB, not "64kB"',
  ],
  ['fraction', parseWhole('1.5', { min: 0, max: 5 }), 'must be a whole number from 0 to 5, not "1.5"'],
  ['word', parseNumber('NaN', { min: 0, max: 5 }), 'must be a number from 0 to 5, not "NaN"'],
])('refuses a %s', (_, parsed, error) => {
  expect(parsed).toEqual({ ok: false, error });
});
