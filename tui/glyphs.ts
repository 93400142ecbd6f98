import type { TenantMark } from '../sim/state/status.ts';

/** The marks of the picture. With Unicode, ink becomes blocks; nothing else changes. */
export interface Glyphs {
  readonly name: 'unicode' | 'ascii';
  readonly rule: string;
  readonly divider: string;
  /** One tenant, three columns wide. */
  readonly wide: Readonly<Record<TenantMark, string>>;
  /** One tenant, one column wide, where there are many. */
  readonly narrow: Readonly<Record<TenantMark, string>>;
  readonly bar: { readonly full: string; readonly empty: string; readonly frozen: string };
  /** From the letters of a cell's history. */
  readonly history: Readonly<Record<string, string>>;
  readonly down: string;
  /** A recorded run's slider: what has passed, what is to come, either while a fault is open, and where it stands. */
  readonly slider: Readonly<
    Record<'past' | 'ahead' | 'faultPast' | 'faultAhead' | 'knob' | 'playing' | 'paused', string>
  >;
}

const ascii: Glyphs = {
  name: 'ascii',
  rule: '-',
  divider: '|',
  wide: { served: ' o ', hit: 'XXX', 'cut-off': '---', late: ' ~ ', quarantined: '[Q]', moving: '-->' },
  narrow: { served: 'o', hit: 'X', 'cut-off': '-', late: '~', quarantined: 'Q', moving: '>' },
  bar: { full: '#', empty: '.', frozen: 'X' },
  history: { '.': '.', X: 'X', '~': '~', '-': '-' },
  down: 'X',
  slider: { past: '=', ahead: '-', faultPast: '#', faultAhead: '+', knob: 'O', playing: '> ', paused: '||' },
};

const unicode: Glyphs = {
  name: 'unicode',
  rule: '─',
  divider: '│',
  // Not quite full, so that marks below each other can be counted.
  wide: { ...ascii.wide, hit: '▇▇▇' },
  narrow: { ...ascii.narrow, hit: '▇' },
  bar: { full: '█', empty: '░', frozen: '▓' },
  history: { '.': '▁', X: '█', '~': '▄', '-': '·' },
  down: '█',
  slider: { past: '━', ahead: '─', faultPast: '▓', faultAhead: '░', knob: '●', playing: '▶ ', paused: '‖ ' },
};

export const glyphSets: Readonly<Record<'unicode' | 'ascii', Glyphs>> = { unicode, ascii };
