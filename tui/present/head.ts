import type { Clock } from '../../sim/replay/playback.ts';
import type { Snapshot, Status } from '../../sim/state/status.ts';
import { standsOn } from '../../sim/state/words.ts';
import { bindingFor } from '../keymap.ts';
import { proposedCell } from './blast.ts';
import { clock, moment, perSecond } from './figures.ts';
import { clipText, fitRow, firstThatFits, span, spread, wrapText, type Role, type Row, type Span } from './text.ts';
import type { View } from './view.ts';

const moodLooks: Readonly<Record<Status['mood'], { glyph: string; role: Role }>> = {
  starting: { glyph: '..', role: 'title' },
  calm: { glyph: '==', role: 'good' },
  hurt: { glyph: '!!', role: 'bad' },
  'catching-up': { glyph: '>>', role: 'late' },
};

/** `PETRI default  real processes, embedded queue   200 req/s   map v7   00:40` */
export function title(snapshot: Snapshot | null, name: string, view: View): Row {
  const badges = titleBadges(view);
  if (!snapshot) return spread([span(` PETRI ${name}`, 'title')], badges, view.columns);
  const { status } = snapshot;
  const up = clock(status.now - status.since);
  const map = status.router.mapVersion === null ? 'map ?' : `map v${status.router.mapVersion}`;
  const offered = status.traffic.on ? `${perSecond(status.traffic.offeredPerSecond)}` : 'traffic off';
  const requests = status.traffic.on ? offered.replace('/s', ' req/s') : offered;
  const brand = span(' PETRI', 'title');
  const long = [
    brand,
    span(`  ${status.name}   ${standsOn(status)}, ${status.engine} queue engine   ${requests} offered   `),
    span(`${map} (epoch per tenant)   up ${up}`),
  ];
  const middle = [
    brand,
    span(` ${status.name}  ${standsOn(status)}, ${status.engine} queue   ${requests}   ${map}   ${up}`),
  ];
  const short = [brand, span(` ${status.name}   ${requests}   ${map}   ${up}`)];
  const room = view.columns - (badges.length ? badges.reduce((sum, part) => sum + part.text.length, 1) : 0);
  return spread(firstThatFits(room, [...(view.columns >= 100 ? [long] : []), middle, short]), badges, view.columns);
}

function titleBadges(view: View): Span[] {
  const badges: string[] = [];
  if (view.heldForMs !== null) badges.push(`HELD +${Math.floor(view.heldForMs / 1000)} s`);
  if (view.playback?.mode === 'replay') badges.push('REPLAY');
  else if (view.readOnly) badges.push('READ ONLY');
  if (view.playback?.mode === 'virtual' && view.playback.atMs < view.playback.endMs) badges.push('THE PAST');
  if (view.hidden) badges.push('HIDDEN');
  return badges.flatMap((text) => [span(' '), span(` ${text} `, 'badge')]);
}

/** The sentence and what belongs under it, as lines of text; at most three in all. */
export function headLines(snapshot: Snapshot | null, view: View, rowsMax: number): Row[] {
  const { headline, subline, glyph, role } = headWords(snapshot, view);
  const room = view.columns - 4;
  const first = wrapText(headline, room);
  const second = wrapText(subline, room);
  const headRows = Math.max(1, Math.min(first.length, rowsMax - (subline ? 1 : 0)));
  const lines: Row[] = first.slice(0, headRows).map((text, index) => {
    const cut = index === headRows - 1 && first.length > headRows;
    const shown = cut ? `${clipText(text, room - 3)}...` : text;
    return fitRow([span(index === 0 ? ` ${glyph} ` : '    ', role), span(shown, role)], view.columns);
  });
  for (const text of second.slice(0, rowsMax - lines.length)) lines.push(fitRow([span(`    ${text}`)], view.columns));
  return lines;
}

/** A calm screen says what to press first; null once something was hurt here. */
function hint(status: Status, view: View): string | null {
  if (view.playback?.mode === 'replay' || view.playback?.next)
    return status.mood === 'calm' && !status.blastRadius ? comingNext(view.playback) : null;
  const proposed = proposedCell(status);
  if (status.mood !== 'calm' || status.blastRadius || view.readOnly || proposed === null) return null;
  if (view.pickedPart) return `${view.pickedPart} is picked: k kills it alone. Before you do: who will notice?`;
  if (view.pickedCell) return `Cell ${view.pickedCell} is picked: k kills it. Before you do: who will notice?`;
  const place = status.cells.findIndex((cell) => cell.id === proposed) + 1;
  return `Try it: press ${place} to pick cell ${proposed}, then k to kill it. Who will notice?`;
}

function comingNext({ next }: Clock): string {
  return next ? `Next, at ${moment(next.atMs)}: ${next.command}` : 'Nothing more is done in this run.';
}

/** The second sentence with the key that does it, where one does, rather than the command. */
function inKeys(snapshot: Snapshot, view: View): string {
  const { subline } = snapshot.status;
  if (view.readOnly) return subline;
  const heals = bindingFor('h')?.command?.({ ...view, snapshot, cell: view.pickedCell, part: view.pickedPart });
  const heal = heals?.ok ? heals.line.replace('petri', view.word) : null;
  const told = subline.replace(`${view.word} traffic --rps 200`, '+');
  if (heal === null) return told;
  const stays = /^(?:Killed|Stopped)/u.test(told) ? 'it stays down until h' : 'it stays so until h';
  return told.replace(`, until ${heal}.`, `; ${stays}.`).replace(heal, 'h');
}

interface HeadWords {
  readonly headline: string;
  readonly subline: string;
  readonly glyph: string;
  readonly role: Role;
}

function headWords(snapshot: Snapshot | null, view: View): HeadWords {
  const { connection } = view;
  if (connection.kind === 'lost') {
    const seconds = Math.floor(connection.forMs / 1000);
    const leave = connection.forMs >= 30_000 ? ' q leaves.' : '';
    return {
      headline: `NO CONNECTION to the world's supervisor for ${seconds} s.${snapshot ? ' This is the last picture.' : ''}`,
      subline: `Trying again.${leave} In a second terminal: ${view.word} status${view.nameFlag}`,
      glyph: '??',
      role: 'bad',
    };
  }
  if (!snapshot) {
    const progress = connection.kind === 'connecting' ? connection.progress : null;
    return { headline: 'THE WORLD IS STARTING.', subline: progress ?? 'Looking for it.', glyph: '..', role: 'title' };
  }
  const { status } = snapshot;
  const look = moodLooks[status.mood];
  const progress = connection.kind === 'connecting' ? connection.progress : null;
  const told = progress ?? hint(status, view) ?? inKeys(snapshot, view);
  const subline = view.hidden ? 'Predictions and fault names are covered: say what you expect, then press H.' : told;
  return { headline: status.headline, subline, ...look };
}
