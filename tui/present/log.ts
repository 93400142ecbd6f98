import type { LogLine, Snapshot } from '../../sim/state/status.ts';
import { clock } from './figures.ts';
import { fitRow, span, type Row } from './text.ts';
import { matches, type View } from './view.ts';

const faultCommand = /petri (?:kill|pause|partition|fault|stop)/u;

/** The newest lines that the filter leaves, oldest first, always `rows` of them. */
export function log(snapshot: Snapshot, view: View, rows: number): Row[] {
  if (rows <= 0) return [];
  const kept = snapshot.log.filter((line) => matches(view.filter, line.text));
  const shown = (kept.length ? kept : snapshot.log).slice(-rows);
  const lines = shown.map((line) => fitRow(words(line, snapshot.status.since, view), view.columns));
  return [...lines, ...Array.from({ length: rows - lines.length }, () => fitRow([], view.columns))];
}

function words(line: LogLine, sinceMs: number, view: View): Row {
  const at = span(` ${clock(line.at - sinceMs)} `, 'quiet');
  const covered = view.hidden && (faultCommand.test(line.text) || faultCommand.test(line.command ?? ''));
  return [at, span(covered ? '(covered: H shows it)' : line.text)];
}
