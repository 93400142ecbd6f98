import { expect, test } from 'vitest';
import { chooseLook, themeNames } from '../../tui/look.ts';

const look = (asked: string | null, env: Record<string, string> = {}) => {
  const { theme, glyphs, colour } = chooseLook(asked, env);
  return `${theme} ${glyphs.name} ${colour ? 'colour' : 'no colour'}`;
};

test('the look follows what is asked for, then the surroundings', () => {
  expect(look(null, { LANG: 'C' })).toBe('default ascii colour');
  expect(look(null, { LANG: 'de_CH.UTF-8' })).toBe('default unicode colour');
  expect(look(null, { LC_ALL: 'C', LANG: 'de_CH.UTF-8' })).toBe('default ascii colour');
  expect(look(null, { COLORFGBG: '0;15' })).toBe('light ascii colour');
  expect(look('mono,unicode', { LANG: 'C' })).toBe('mono unicode colour');
  expect(look('color-blind', { NO_COLOR: '1' })).toBe('colour-blind ascii no colour');
  expect(look(null, { NO_COLOR: '' })).toBe('default ascii colour');
});

test('an unknown theme is an error that names them all', () => {
  for (const name of themeNames) expect(() => chooseLook('purple', {})).toThrow(name);
});
