import { quote } from '../sim/world/quantities.ts';
import { didYouMean } from '../sim/world/suggest.ts';
import { glyphSets, type Glyphs } from './glyphs.ts';

export const themeNames = ['default', 'light', 'colour-blind', 'high-contrast', 'mono'] as const;
export type ThemeName = (typeof themeNames)[number];

export interface Look {
  readonly theme: ThemeName;
  readonly glyphs: Glyphs;
  readonly colour: boolean;
}

/**
 * From what was asked for (`light`, `mono,ascii`) and the surroundings: `NO_COLOR` (not empty) wins, `COLORFGBG` tells a light background,
 * and the locale says whether the terminal takes Unicode. Throws a RangeError that names the themes for a word that is none.
 */
export function chooseLook(asked: string | null, env: Readonly<Record<string, string | undefined>>): Look {
  const from = asked === null ? 'PETRI_THEME' : '--theme';
  const words = (asked ?? env['PETRI_THEME'] ?? '').split(/[,+ ]+/u).filter(Boolean);
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  let glyphs = /utf-?8/iu.test(locale) ? glyphSets.unicode : glyphSets.ascii;
  let theme: ThemeName = /;(?:7|15)$/u.test(env['COLORFGBG'] ?? '') ? 'light' : 'default';
  for (const word of words) {
    const name = word === 'color-blind' ? 'colour-blind' : word;
    const found = themeNames.find((each) => each === name);
    if (name === 'ascii' || name === 'unicode') glyphs = glyphSets[name];
    else if (found) theme = found;
    else
      throw new RangeError(
        `${from} has no theme ${quote(word)}${didYouMean(word, themeNames)}; there are ${themeNames.join(', ')}, and with a comma ascii or unicode: light,ascii`,
      );
  }
  return { theme, glyphs, colour: !env['NO_COLOR'] };
}
