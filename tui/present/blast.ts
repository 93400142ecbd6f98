import type { BlastRadius, ReadBack, Snapshot, Status } from '../../sim/state/status.ts';
import { usedOfSize } from '../../sim/state/words.ts';
import { age, count, percent, someOf, tenantsWord } from './figures.ts';
import type { FieldPlan } from './field.ts';
import { fitRow, firstThatFits, row, span, type Role, type Row, type Span } from './text.ts';
import type { View } from './view.ts';

/** While something is hurt, what was expected against what was measured; in calm, what the picked cell's death would do. */
export function blastLine(snapshot: Snapshot, view: View): Row {
  const { status } = snapshot;
  const entry = status.blastRadius;
  if (view.pickedPart) return fitRow(pickedPartLine(status, view.pickedPart), view.columns);
  const open = entry !== null && (entry.untilMs === null || status.mood !== 'calm');
  return fitRow(open ? measured(entry, status.readBack, view) : predicted(status, view), view.columns);
}

/** The cell that the calm screen proposes: the second, so that there is one on either side. */
export const proposedCell = (status: Status): string | null => (status.cells[1] ?? status.cells[0])?.id ?? null;

function predicted(status: Status, view: View): Row {
  const cell = view.pickedCell ?? proposedCell(status);
  const last = lastFault(status, view);
  if (cell === null) return row(' ', ...last);
  if (view.hidden) return row(span(` IF ${cell} DIES`, 'title'), '  how many tenants will notice? (H shows it)');
  const what = status.ifKilled[cell];
  if (!what) return row(span(` IF ${cell} DIES`, 'title'), ', expect: ?   ', ...last);
  const all = status.cells.reduce((sum, each) => sum + each.tenants, 0);
  const start = `, expect: ${count(what.tenants)} of ${tenantsWord(all)} (${percent(what.ratio)}) hit, ${count(all - what.tenants)} not`;
  const jobs = what.jobs === null ? ', ? jobs frozen' : `, ${count(what.jobs)} jobs frozen`;
  const title = span(` IF ${cell} DIES`, 'title');
  return firstThatFits(view.columns, [
    ...(view.columns >= 100 ? [row(title, `${start}${jobs}.     `, ...last)] : []),
    row(title, `${start}.   `, ...last),
    row(title, `${start}.`),
  ]);
}

function lastFault(status: Status, view: View): Span[] {
  const entry = status.blastRadius;
  if (!entry) return [span('Last fault: none yet')];
  const leaks: Span[] = entry.leaks.length ? [span(` LEAKED ${entry.leaks.length}`, 'bad')] : [];
  const name = view.hidden ? 'covered' : entry.targets.join(' ');
  return [span(`Last: ${name} hit ${entry.hit.length}`), ...leaks];
}

function pickedPartLine(status: Status, address: string): Row {
  const part = status.cells.flatMap((cell) => cell.components).find((each) => each.address === address);
  const words = part ? [part.role, part.state, usedOfSize(part)].filter(Boolean).join(', ') : '?';
  return row(
    span(' PICKED ', 'title'),
    span(address, 'picked'),
    ` (${words}).  `,
    span('k', 'key'),
    ' kills this part alone.  ',
    span('Tab', 'key'),
    ' next part   ',
    span('Esc', 'key'),
    ' back to the cell',
  );
}

function measured(entry: BlastRadius, readBack: ReadBack | null, view: View): Row {
  const title = span(' BLAST RADIUS', 'title');
  const expected = view.hidden ? 'expected: covered (H)' : `expected ${entry.predicted.length}`;
  const leaks = span(`LEAKED ${entry.leaks.length}`, entry.leaks.length ? 'bad' : 'good');
  const closed = entry.untilMs !== null;
  const hitWord = closed ? `hit ${entry.hit.length}` : `saw an error ${entry.hit.length}`;
  const held = entry.inFlight?.length ? `   in flight ${entry.inFlight.length}` : '';
  const silent = closed ? held : `   not called yet ${entry.silent.length}${held}`;
  const noticed =
    entry.noticedAfterMs === null ? '' : `     the router noticed in ${(entry.noticedAfterMs / 1000).toFixed(2)} s`;
  const down = entry.untilMs === null ? '' : `      open for ${age(entry.untilMs - entry.sinceMs)}`;
  const proof = readBack && readBack.fault === entry.fault ? readBackSpans(readBack) : [];
  const jobs = readBack?.jobs
    ? `   jobs: ${count(readBack.jobs.rerun)} rerun, ${count(readBack.jobs.twice)} done twice`
    : '';
  const base = [title, span(`  ${expected}   ${hitWord}${silent}   `), leaks];
  return firstThatFits(view.columns, [
    [...base, span(closed ? down : noticed), ...(proof.length ? [span('   '), ...proof, span(jobs)] : [])],
    [...base, ...(proof.length ? [span('   '), ...proof, span(jobs)] : [span(noticed)])],
    [...base, ...(proof.length ? [span('   '), ...proof] : [])],
    [title, span(`  ${expected}  ${hitWord}  `), leaks, ...(proof.length ? [span('  '), ...proof] : [])],
    [title, span(`  ${hitWord}  `), leaks],
  ]);
}

function readBackSpans(readBack: ReadBack): Span[] {
  const lost = span(`${count(readBack.lost)} ${readBack.lost ? 'LOST' : 'lost'}`, readBack.lost ? 'bad' : 'good');
  return [span(`read back ${count(readBack.read)} of ${count(readBack.total)}, `), lost];
}

/** Names every tenant that was hit though nobody expected it, and every write that was lost; null where there is none. */
export function leakLine(snapshot: Snapshot, view: View): Row | null {
  const { blastRadius: entry, readBack } = snapshot.status;
  if (readBack && readBack.lost > 0) {
    const named = readBack.lostRequests.map((lost) => `${lost.tenant} ${lost.request}`);
    return fitRow([span(` LOST ${readBack.lost}: ${someOf(named, 3)}   (B shows all)`, 'bad')], view.columns);
  }
  if (!entry || entry.leaks.length === 0) return null;
  const status = new Map(entry.leakRequests.map((leak) => [leak.tenant, leak.status]));
  const named = entry.leaks.map((tenant) => (status.has(tenant) ? `${tenant} (${status.get(tenant)})` : tenant));
  const fit = Math.max(1, Math.floor((view.columns - 36) / 10));
  return fitRow(
    [span(` LEAKED ${entry.leaks.length}, hit but not expected: ${someOf(named, fit)}`, 'bad'), span('  B shows all')],
    view.columns,
  );
}

export function legend(view: View, { kind, tenantsPerMark }: FieldPlan): Row {
  const marks = kind === 'narrow' ? view.glyphs.narrow : view.glyphs.wide;
  const what = tenantsPerMark === 1 ? '1 mark = 1 tenant:' : `1 mark = ${tenantsPerMark} tenants (the worst):`;
  const gap = view.columns >= 100 ? '      ' : '   ';
  const item = (mark: string, words: string, role: Role): Span[] => [span(mark.trim(), role), span(` ${words}`)];
  const items = [
    item(marks.served, 'served', 'good'),
    item(marks.hit, 'saw an error', 'bad'),
    item(marks['cut-off'], view.columns >= 100 ? 'cut off, has not called yet' : 'cut off', 'cutOff'),
    item(marks.late, 'served late', 'late'),
  ];
  const quarantined = item(marks.quarantined, 'refused alone', 'warn');
  const line = (parts: readonly Span[][], between: string): Row => [
    span(' '),
    ...parts.flatMap((part, index) => (index === 0 ? part : [span(between), ...part])),
  ];
  return fitRow(
    firstThatFits(view.columns, [
      line([[span(what)], ...items, quarantined], gap),
      line([[span(what)], ...items], gap),
      line([[span(what)], ...items], '  '),
      line(items, '  '),
    ]),
    view.columns,
  );
}
