import type { Event } from '../../../cells/runtime/events.ts';
import type { InvariantState } from '../../judge/contract.ts';
import type { Verdict } from '../../runs/contract.ts';
import { html, type Html } from '../html.ts';

/** Every state has a glyph and a word: colour only adds to them. */
export const stateGlyphs = {
  held: '✓',
  violated: '✗',
  unknown: '?',
  skipped: '–',
  inconclusive: '?',
} as const satisfies Record<InvariantState | Verdict['verdict'], string>;

export function stateMark(state: keyof typeof stateGlyphs): Html {
  return html`<span class="state ${state}"
    ><span class="glyph" aria-hidden="true">${stateGlyphs[state]}</span> ${state}</span
  >`;
}

/** A figure for a person: `1,204`. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

export const percent = (ratio: number): string => {
  const value = ratio * 100;
  return `${value > 0 && value < 10 && !Number.isInteger(value) ? value.toFixed(1) : Math.round(value)}%`;
};

/** `350 ms`, `3.2 s`, `12 s`, `2 min 5 s`; a figure that nobody has is `?`, never 0. */
export function span(ms: number | null): string {
  if (ms === null) return '?';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_500) return `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A moment on the scenario's clock: `0:12.3`, before its zero `-0:01.2`. */
export function moment(ms: number): string {
  const tenths = Math.round(Math.abs(ms) / 100);
  const seconds = (tenths % 600) / 10;
  return `${ms < 0 && tenths > 0 ? '-' : ''}${Math.floor(tenths / 600)}:${seconds.toFixed(1).padStart(4, '0')}`;
}

export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const headKeys: ReadonlySet<string> = new Set(['v', 't', 'at', 'seq', 'life', 'part', 'kind']);

/** What an event says besides its head: `tenant=t21 version=3`. */
export function fieldsOf(event: Event): string {
  const fields = Object.entries(event).filter(([key, value]) => !headKeys.has(key) && value !== null);
  return fields.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`).join(' ');
}
