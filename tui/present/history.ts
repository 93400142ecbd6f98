import type { CellStatus, Snapshot } from '../../sim/state/status.ts';
import type { HistoryPlan } from '../layout.ts';
import { perSecond } from './figures.ts';
import { fitRow, span, type Role, type Row, type Span } from './text.ts';
import type { View } from './view.ts';

const roles: Readonly<Record<string, Role>> = { '.': 'good', X: 'bad', '~': 'late', '-': 'quiet' };

/** Which cells get a line: all where there is room, else the picked one and those that were not well, then the first. */
function chosen(cells: readonly CellStatus[], rows: number, picked: string | null): readonly CellStatus[] {
  if (cells.length <= rows) return cells;
  const weight = (cell: CellStatus): number =>
    (cell.id === picked ? 4 : 0) + (cell.health !== 'serving' ? 2 : 0) + (/[X~]/u.test(cell.history) ? 1 : 0);
  const best = cells.toSorted((left, right) => weight(right) - weight(left)).slice(0, rows);
  return cells.filter((cell) => best.includes(cell));
}

/** One line for each cell, one mark for each second, the newest at the right. */
export function history(snapshot: Snapshot, view: View, plan: HistoryPlan, roomy: boolean): Row[] {
  const cells = chosen(snapshot.status.cells, plan.rows, view.pickedCell);
  return cells.map((cell, index) => {
    const marks = spansOf(cell.history.slice(-plan.marks).padStart(plan.marks), view);
    const tail = roomy ? roomyTail(cell) : narrowTail(cell, index, cells.length, plan.marks);
    const rate = perSecond(cell.traffic.answeredPerSecond);
    return fitRow(
      [span(` ${cell.id.padEnd(2)}`, 'title'), ...marks, span(`  ${rate.padStart(5)}  `), ...tail],
      view.columns,
    );
  });
}

function spansOf(letters: string, view: View): Span[] {
  const spans: Span[] = [];
  for (const [run] of letters.matchAll(/(.)\1*/gu)) {
    const letter = run[0] ?? ' ';
    spans.push(span((view.glyphs.history[letter] ?? letter).repeat(run.length), roles[letter] ?? 'plain'));
  }
  return spans;
}

function narrowTail(cell: CellStatus, index: number, lines: number, marks: number): Span[] {
  if (cell.traffic.refusedPerSecond > 0) return [span('refused', 'bad')];
  if (cell.traffic.failedPerSecond > 0) return [span('failed', 'bad')];
  if (cell.traffic.latePerSecond > 0) return [span('late', 'late')];
  if (index === 0) return [span(`last ${marks} s`)];
  return index === lines - 1 ? [span('1 mark = 1 s')] : [];
}

function roomyTail(cell: CellStatus): Span[] {
  const { refusedPerSecond, failedPerSecond, latePerSecond } = cell.traffic;
  if (refusedPerSecond > 0) return [span(`refused ${perSecond(refusedPerSecond)}`, 'bad')];
  if (failedPerSecond > 0) return [span(`failed ${perSecond(failedPerSecond)}`, 'bad')];
  return latePerSecond > 0 ? [span(`late ${perSecond(latePerSecond)}`, 'late')] : [span('failed 0')];
}

export function historyTitle(view: View, plan: HistoryPlan): Row {
  const { history: marks } = view.glyphs;
  const words = ['.', 'X', '~'].map((letter, index) => {
    const meaning = ['all served', 'refused or failed', 'served late'][index] ?? '';
    return `${marks[letter]}  ${meaning}`;
  });
  return fitRow(
    [span(` LAST ${plan.marks} s`, 'title'), span(`   1 mark = 1 s    ${words.join('     ')}`)],
    view.columns,
  );
}
