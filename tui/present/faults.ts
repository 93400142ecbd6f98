import type { FaultStatus, Snapshot } from '../../sim/state/status.ts';
import { age } from './figures.ts';
import { fitRow, span, type Row } from './text.ts';
import type { View } from './view.ts';

const isOpen = (fault: FaultStatus): boolean => fault.state !== 'gone';

/** What is open and what will end it, newest first; where nothing is, the last one that went. */
export function faults(snapshot: Snapshot, view: View, rows: number): Row[] {
  const { status } = snapshot;
  const open = status.faults.filter(isOpen).toReversed();
  const lines = open.map((fault, index) => {
    const head = index === 0 ? ' FAULTS  ' : '         ';
    return fitRow([span(head, 'title'), ...faultWords(fault, status.now, view)], view.columns);
  });
  if (lines.length > rows) {
    const rest = lines.length - rows + 1;
    return [
      ...lines.slice(0, rows - 1),
      fitRow([span(`         and ${rest} more: ${view.word} status${view.nameFlag}`)], view.columns),
    ];
  }
  if (lines.length > 0) return lines;
  const last = status.faults.at(-1);
  const words =
    last && !view.hidden ? `none open   (${last.id} ${last.kind} ${last.target}: ${goneWords(last)})` : 'none';
  return [fitRow([span(' FAULTS  ', 'title'), span(words)], view.columns)];
}

function goneWords(fault: FaultStatus): string {
  const lasted = fault.healedMs === null ? '' : `${age(fault.healedMs - fault.sinceMs)}, `;
  return `${lasted}seen to be gone: yes`;
}

function faultWords(fault: FaultStatus, nowMs: number, view: View): Row {
  if (view.hidden) return [span(`${fault.id}  covered (H shows it)   ${age(nowMs - fault.sinceMs)}`)];
  const since = age(nowMs - fault.sinceMs);
  const seen = fault.seen === null ? 'not seen to take yet' : `seen to take: ${fault.seen}`;
  return [
    span(`${fault.id}  ${fault.kind} ${fault.target}`, 'bad'),
    span(`   ${since}   ${ending(fault, nowMs)}   ${seen}`),
  ];
}

function ending(fault: FaultStatus, nowMs: number): string {
  switch (fault.state) {
    case 'injecting':
      return 'starting';
    case 'healing':
      return 'healing';
    case 'gone':
      return 'gone';
    case 'open':
      return fault.untilMs === null ? `until ${fault.endsBy}` : `ends in ${age(fault.untilMs - nowMs)}`;
  }
}

/** For small screens: the newest open fault on one line; null where there is none. */
export function newestFault(snapshot: Snapshot, view: View): Row | null {
  const open = snapshot.status.faults.filter(isOpen);
  const newest = open.at(-1);
  if (!newest) return null;
  const others = open.length > 1 ? `   +${open.length - 1} more` : '';
  return fitRow(
    [span(' FAULT  ', 'title'), ...faultWords(newest, snapshot.status.now, view), span(others)],
    view.columns,
  );
}
