import type { Snapshot } from '../../sim/state/status.ts';
import { allowed, type Binding } from '../keymap.ts';
import { keysOf } from '../playback-keys.ts';
import { fitRow, rowWidth, span, type Row } from './text.ts';
import { modeOf, type View } from './view.ts';

/** The last row: the keys that matter now, as many as fit, `quit` always among them. */
export function footer(snapshot: Snapshot | null, view: View): Row {
  const cells = snapshot?.status.cells.length ?? 9;
  const keys = keysOf(modeOf(view));
  const ranked = keys
    .filter((binding) => binding.footer !== null && allowed(binding, view.readOnly))
    .toSorted((left, right) => (left.footer ?? 0) - (right.footer ?? 0));
  const note = view.readOnly && modeOf(view) !== 'replay' ? [span(' read only: ', 'warn')] : [];
  const items: { rank: number; item: Row }[] = [];
  let room = view.columns - 1 - rowWidth(note);
  // The way out first: it must be there however small the screen is.
  const leaving = ranked.filter((binding) => ['quit', 'leave'].includes(binding.intent));
  for (const binding of [...leaving, ...ranked.filter((each) => !leaving.includes(each))]) {
    const item = keyItem(binding, cells);
    if (rowWidth(item) > room + 2) continue;
    items.push({ rank: keys.indexOf(binding), item });
    room -= rowWidth(item);
  }
  const inOrder = items.toSorted((left, right) => left.rank - right.rank).flatMap((each) => each.item);
  // The blanks after the last key may fall off the edge.
  return fitRow(trimEnd([...note, span(' '), ...inOrder]), view.columns);
}

function keyItem(binding: Binding, cells: number): Row {
  const first = cells > 1 ? `1-${Math.min(9, cells)}` : '1';
  const shown = binding.intent === 'pick' ? first : binding.shown;
  return [span(shown, 'key'), span(` ${binding.label}  `)];
}

const trimEnd = (line: Row): Row =>
  line.map((part, index) => (index === line.length - 1 ? span(part.text.trimEnd(), part.role) : part));
