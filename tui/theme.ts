import chalk from 'chalk';
import type { ThemeName } from './look.ts';
import type { Role, Row } from './present/text.ts';

type Paint = (text: string) => string;
type Palette = Readonly<Partial<Record<Role, Paint>>>;

/** State is always a glyph and a word as well; a theme only adds to that. */
export const themes = {
  default: {
    title: chalk.bold,
    rule: chalk.gray,
    good: chalk.green,
    bad: chalk.bold.redBright,
    warn: chalk.yellowBright,
    late: chalk.yellow,
    cutOff: chalk.magentaBright,
    picked: chalk.bold.inverse,
    key: chalk.bold.cyanBright,
    badge: chalk.black.bgYellowBright,
  },
  light: {
    title: chalk.bold,
    rule: chalk.gray,
    good: chalk.ansi256(22),
    bad: chalk.bold.ansi256(160),
    warn: chalk.ansi256(94),
    late: chalk.ansi256(130),
    cutOff: chalk.ansi256(90),
    picked: chalk.bold.inverse,
    key: chalk.bold.blue,
    badge: chalk.whiteBright.bgBlue,
  },
  // Blue against orange, which all common kinds of colour blindness tell apart.
  'colour-blind': {
    title: chalk.bold,
    rule: chalk.gray,
    good: chalk.ansi256(39),
    bad: chalk.bold.ansi256(208),
    warn: chalk.ansi256(220),
    late: chalk.ansi256(220),
    cutOff: chalk.ansi256(255),
    picked: chalk.bold.inverse,
    key: chalk.bold.ansi256(39),
    badge: chalk.black.bgAnsi256(208),
  },
  'high-contrast': {
    title: chalk.bold.whiteBright,
    good: chalk.whiteBright,
    bad: chalk.bold.inverse.whiteBright,
    warn: chalk.bold.yellowBright,
    late: chalk.bold.yellowBright,
    cutOff: chalk.bold.whiteBright,
    picked: chalk.bold.black.bgYellowBright,
    key: chalk.bold.yellowBright,
    badge: chalk.bold.black.bgYellowBright,
    plain: chalk.whiteBright,
    quiet: chalk.whiteBright,
    rule: chalk.whiteBright,
  },
  mono: {
    title: chalk.bold,
    bad: chalk.bold.inverse,
    warn: chalk.bold,
    late: chalk.bold,
    cutOff: chalk.bold,
    picked: chalk.underline.bold,
    key: chalk.bold,
    badge: chalk.inverse,
  },
} as const satisfies Record<ThemeName, Palette>;

/** Without colour nothing is painted at all, whoever paints: Ink shares this chalk. */
export function switchColourOff(): void {
  chalk.level = 0;
}

/** A row as the terminal wants it. */
export function paint(row: Row, theme: ThemeName): string {
  const palette: Palette = themes[theme];
  return row.map((part) => palette[part.role]?.(part.text) ?? part.text).join('');
}
