import type { CellStatus, TenantStatus } from '../../sim/state/status.ts';
import type { Glyphs } from '../glyphs.ts';
import { field, type FieldPlan } from './field.ts';
import { count, latency, perSecond } from './figures.ts';
import { partsLine, partsLines } from './parts-line.ts';
import { oldestJob, queueLine } from './queue-line.ts';
import { blank, firstThatFits, span, type Role, type Row, type Span } from './text.ts';

/** From much room to little. */
export type CardLevel = 'full' | 'compact' | 'dense';

export interface CardInput {
  readonly cell: CellStatus;
  readonly tenants: readonly TenantStatus[];
  readonly nowMs: number;
  readonly picked: boolean;
  readonly pickedPart: string | null;
  readonly filter: string;
  readonly glyphs: Glyphs;
  readonly width: number;
  readonly field: FieldPlan;
}

/** Rows of a card besides its field of tenants. */
export const cardRows: Readonly<Record<CardLevel, number>> = { full: 9, compact: 7, dense: 3 };

export const cardWidthMin: Readonly<Record<CardLevel, number>> = { full: 38, compact: 25, dense: 18 };

interface HealthLook {
  readonly word: string;
  readonly role: Role;
  readonly around: string;
}

export function healthLook(cell: CellStatus, glyphs: Glyphs): HealthLook {
  switch (cell.health) {
    case 'serving':
      return { word: 'SERVING', role: 'good', around: '' };
    case 'degraded':
      return { word: 'DEGRADED', role: 'warn', around: '!' };
    case 'down':
      return { word: 'DOWN', role: 'bad', around: glyphs.down };
    case 'catching-up':
      return { word: 'CATCHING UP', role: 'late', around: '>' };
    case 'unknown':
      return { word: 'UNKNOWN', role: 'warn', around: '?' };
  }
}

export function card(level: CardLevel, input: CardInput): Row[] {
  const plan = input.field;
  const indent = input.width > plan.perRow * plan.pitch + 2 ? '  ' : ' ';
  const marks = field(input.tenants, plan, input.glyphs, input.filter).map((line) => [span(indent), ...line]);
  const head = cardHead(input, level);
  switch (level) {
    case 'full':
      return [head, ...marks, blank, ...fullLines(input)];
    case 'compact':
      return [head, ...marks, ...compactLines(input)];
    case 'dense':
      return [head, ...marks, ...denseLines(input)];
  }
}

function cardHead(input: CardInput, level: CardLevel): Row {
  const { cell, glyphs, width } = input;
  const look = healthLook(cell, glyphs);
  const name = input.picked ? span(`[${cell.id}]`, 'picked') : span(` ${cell.id} `, 'title');
  const state = cell.state === 'active' ? '' : ` (${cell.state})`;
  const gap = level === 'full' ? '  ' : ' ';
  if (!look.around) return [name, span(gap), span(look.word + state, look.role)];
  const between = level === 'dense' ? 1 : 2;
  const room = width - 3 - gap.length - look.word.length - state.length - 2 * between - 1;
  const arm = look.around.repeat(Math.max(1, Math.min(10, Math.floor(room / 2))));
  const space = ' '.repeat(between);
  return [name, span(gap), span(`${arm}${space}${look.word}${state}${space}${arm}`, look.role)];
}

function fullLines(input: CardInput): Row[] {
  const { cell, glyphs, width } = input;
  const { traffic, queues } = cell;
  const room = width - 1;
  const oldest = oldestJob(queues.standard, queues.xl, input.nowMs);
  const bar = { barWidth: Math.min(20, Math.max(8, width - 21)), words: true, brackets: true };
  const dead = queues.deadLetter.waiting;
  const [first, second] = partsLines(cell.components, input.pickedPart, room);
  const clearing = cell.clearInMs !== null;
  return indented([
    answered(cell, room, true),
    nothingAnswers(cell)
      ? [span('p50 ?   p99 ?   (nothing answers)')]
      : [span(`p50 ${latency(traffic.latencyMsP50)}   p99 ${latency(traffic.latencyMsP99)}`)],
    ...ofQueue(cell, [
      queueLine(queues.standard, { label: 'jobs', clearing, ...bar }, glyphs),
      queueLine(queues.xl, { label: 'XL', clearing, ...bar }, glyphs),
      [
        span(`oldest job ${oldest.text}`),
        ...(oldest.growing ? [span(' and growing', 'bad')] : []),
        span(oldest.growing ? '  ' : '   '),
        span(`dead letters ${count(dead)}`, dead ? 'warn' : 'plain'),
      ],
    ]),
    first,
    second,
  ]);
}

/** A cell of services that are not Petri's may have no queue: then there is nothing to count. */
const hasQueue = (cell: CellStatus): boolean =>
  cell.components.length === 0 || cell.components.some(({ kind }) => kind === 'sqs');

/** The rows of a cell's queue, or as many that say that it has none. */
function ofQueue(cell: CellStatus, rows: readonly Row[]): readonly Row[] {
  if (hasQueue(cell)) return rows;
  return rows.map((_, index) => (index === 0 ? [span("no queue of Petri's", 'quiet')] : []));
}

/** Figures of the seconds before would read as if it still answered. */
const nothingAnswers = (cell: CellStatus): boolean =>
  cell.traffic.answeredPerSecond === 0 && cell.traffic.refusedPerSecond + cell.traffic.failedPerSecond > 0;

function compactLines(input: CardInput): Row[] {
  const { cell, glyphs, width } = input;
  const { traffic, queues } = cell;
  const room = width - 1;
  const oldest = oldestJob(queues.standard, queues.xl, input.nowMs);
  const bar = { barWidth: 8, words: false, brackets: false, clearing: cell.clearInMs !== null };
  const dead = queues.deadLetter.waiting;
  return indented([
    answered(cell, room, false),
    [
      span(`p99 ${latency(nothingAnswers(cell) ? null : traffic.latencyMsP99).padEnd(7)}`),
      ...(traffic.inDoubt > 0 ? [span(` ${count(traffic.inDoubt)} in doubt`, 'warn')] : []),
      ...(traffic.inDoubt === 0 && traffic.latePerSecond > 0
        ? [span(` late ${perSecond(traffic.latePerSecond)}`, 'late')]
        : []),
    ],
    ...ofQueue(cell, [
      queueLine(queues.standard, { label: 'jobs', ...bar }, glyphs),
      queueLine(queues.xl, { label: 'XL', ...bar }, glyphs),
      [
        span(`oldest job ${oldest.text}`),
        ...(oldest.growing ? [span(', growing', 'bad')] : dead ? [span(`  dead ${count(dead)}`, 'warn')] : []),
      ],
    ]),
    partsLine(cell.components, input.pickedPart, room),
  ]);
}

function denseLines(input: CardInput): Row[] {
  const { cell, width } = input;
  const standard = cell.queues.standard;
  const waiting = standard.waiting ?? standard.last?.waiting ?? null;
  return indented([
    answered(cell, width - 1, false),
    [
      ...(hasQueue(cell) ? [span(`jobs ${count(waiting)}`)] : []),
      ...(standard.frozen ? [span(' FROZEN', 'bad')] : [span(` p99 ${latency(cell.traffic.latencyMsP99)}`)]),
    ],
  ]);
}

/** Answered, and apart from it refused (at the door, never queued) and failed. */
export function answered(cell: CellStatus, width: number, roomy: boolean): Row {
  const { answeredPerSecond, refusedPerSecond, failedPerSecond, latePerSecond, inDoubt } = cell.traffic;
  const refused = refusedPerSecond > 0;
  const failed = failedPerSecond > 0;
  const failedSpan = span(`failed ${perSecond(failedPerSecond)}`, failed ? 'bad' : 'plain');
  const refusedSpan = span(`REFUSED ${perSecond(refusedPerSecond)}`, 'bad');
  const doubt: Span[] = roomy && inDoubt > 0 ? [span('  '), span(`in doubt ${count(inDoubt)}`, 'warn')] : [];
  const late: Span[] = roomy
    ? [span('  '), span(`late ${perSecond(latePerSecond)}`, latePerSecond > 0 ? 'late' : 'plain')]
    : [];
  const hurt: Span[] = [...(refused ? [refusedSpan] : []), ...(refused && failed ? [span('  ')] : [])];
  const rest: Span[] = refused ? [...hurt, ...(failed ? [failedSpan] : [])] : [failedSpan];
  const ok = perSecond(answeredPerSecond);
  return firstThatFits(width, [
    [span(`answered ${ok}  `), ...rest, ...(refused ? doubt : [...late, ...doubt])],
    [span(`answered ${ok}  `), ...rest],
    [span(`ok ${ok} `), ...rest],
    ...(refused && failed ? shortHurt(cell) : []),
    [
      span(`ok ${count(answeredPerSecond)} `),
      ...(refused ? [span(`REF ${count(refusedPerSecond)} `, 'bad')] : []),
      span(`err ${count(failedPerSecond)}`, failed ? 'bad' : 'plain'),
    ],
  ]);
}

/** Refused and failed apart, in words, as long as that is possible: what is answered stands in the history as well. */
function shortHurt({ traffic }: CellStatus): Row[] {
  const words = [
    span(`REFUSED ${count(traffic.refusedPerSecond)} `, 'bad'),
    span(`failed ${count(traffic.failedPerSecond)}`, 'bad'),
  ];
  return [[span(`ok ${count(traffic.answeredPerSecond)} `), ...words], words];
}

const indented = (lines: readonly Row[]): Row[] => lines.map((line) => [span(' '), ...line]);
