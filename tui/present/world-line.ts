import type { PartStatus, Snapshot } from '../../sim/state/status.ts';
import { perSecond } from './figures.ts';
import { partMarks } from './parts-line.ts';
import { fitRow, firstThatFits, row, span, type Row, type Span } from './text.ts';
import type { View } from './view.ts';

/** Routers, what goes to each cell, the map and control. */
export function worldLine(snapshot: Snapshot, view: View): Row {
  const { status } = snapshot;
  const routers = status.components.filter((part) => part.kind === 'router');
  const map = status.components.filter((part) => part.kind === 'map');
  const control = status.components.filter((part) => part.kind === 'control');
  const to: Span[] = status.cells.flatMap((cell) => {
    const refused = cell.traffic.refusedPerSecond;
    const forwarded = span(
      `   to ${cell.id} ${perSecond(cell.traffic.answeredPerSecond + cell.traffic.failedPerSecond)}`,
    );
    return refused > 0 ? [forwarded, span(`, REFUSED ${perSecond(refused)}`, 'bad')] : [forwarded];
  });
  const version = status.router.mapVersion === null ? ' v?' : ` v${status.router.mapVersion}`;
  const tail = [
    span('      MAP ', 'title'),
    ...marks(map),
    span(version),
    span('      CONTROL ', 'title'),
    ...marks(control),
  ];
  const head = [span(' ROUTER ', 'title'), ...marks(routers)];
  const held = status.faults.filter((fault) => fault.state === 'open' && fault.untilMs === null);
  const holds = held.length && !view.hidden ? ` holds ${held.map((fault) => fault.target).join(' ')}` : '';
  const url = `   ${status.router.url}`;
  return fitRow(
    firstThatFits(view.columns, [
      row(...head, url, ...to, ...tail, holds),
      row(...head, ...to, ...tail, holds),
      row(...head, ...to, ...tail),
      row(...head, url, ...tail, holds),
      row(...head, ...tail),
    ]),
    view.columns,
  );
}

function marks(parts: readonly PartStatus[]): Span[] {
  if (parts.length === 0) return [span('?', 'warn')];
  return parts.map((part) => span(partMarks[part.state], part.state === 'running' ? 'good' : 'bad'));
}
