import type { PartState } from '../../sim/substrate/substrate.ts';
import type { PartStatus } from '../../sim/state/status.ts';
import { firstThatFits, row, rowWidth, span, type Role, type Row, type Span } from './text.ts';

/** One mark for each part: running, starting, frozen, stopped on purpose, gone. */
export const partMarks: Readonly<Record<PartState, string>> = {
  running: '+',
  starting: '~',
  paused: '=',
  stopped: '-',
  dead: '.',
};

const markRoles: Readonly<Record<PartState, Role>> = {
  running: 'good',
  starting: 'late',
  paused: 'warn',
  stopped: 'quiet',
  dead: 'bad',
};

export function partMark(part: PartStatus, pickedPart: string | null): Span {
  return span(partMarks[part.state], part.address === pickedPart ? 'picked' : markRoles[part.state]);
}

function group(label: string, parts: readonly PartStatus[], pickedPart: string | null, whenNone = ''): Span[] {
  if (parts.length === 0) return whenNone ? [span(label), span(whenNone, 'quiet')] : [];
  const picked = parts.some((part) => part.address === pickedPart);
  return [span(label, picked ? 'picked' : 'plain'), ...parts.map((part) => partMark(part, pickedPart))];
}

const ofKind = (parts: readonly PartStatus[], kind: PartStatus['kind']): PartStatus[] =>
  parts.filter((part) => part.kind === kind);

/** Parts that a world file added, each by its own name. */
const added = (parts: readonly PartStatus[], pickedPart: string | null): Span[][] =>
  ofKind(parts, 'service').map((part) => group(part.address.split('/')[1] ?? '', [part], pickedPart));

const join = (groups: readonly Span[][], between: string): Row =>
  groups.filter((item) => item.length > 0).flatMap((item, index) => (index === 0 ? item : [span(between), ...item]));

/** `alb+ web++ wk+ db++ q+`: what is well and takes room goes first when it is narrow. */
export function partsLine(parts: readonly PartStatus[], pickedPart: string | null, width: number): Row {
  const short = (label: string, kind: PartStatus['kind']): Span[] => group(label, ofKind(parts, kind), pickedPart);
  const alb = short('alb', 'alb');
  const web = short('web', 'web');
  const workers = [...short('wk', 'worker'), ...short('xl', 'xl')];
  const aurora = short('db', 'aurora');
  const dynamo = short('dy', 'dynamodb');
  const queue = short('q', 'sqs');
  const dynamoMatters = ofKind(parts, 'dynamodb').some(
    (part) => part.state !== 'running' || part.address === pickedPart,
  );
  const own = added(parts, pickedPart);
  const all = [alb, web, workers, aurora, dynamo, queue, ...own];
  const some = [alb, web, workers, aurora, ...(dynamoMatters ? [dynamo] : []), queue, ...own];
  return firstThatFits(width, [join(all, ' '), join(some, ' '), join(some, '')]);
}

/** The same in full words, on two lines. */
export function partsLines(parts: readonly PartStatus[], pickedPart: string | null, width: number): [Row, Row] {
  const word = (label: string, kind: PartStatus['kind'], whenNone = ''): Span[] =>
    group(label, ofKind(parts, kind), pickedPart, whenNone);
  const auroraRole = (part: PartStatus): string => (part.role === 'writer' ? 'W' : part.role === 'reader' ? 'R' : '?');
  const aurora = ofKind(parts, 'aurora').flatMap((part) => [
    span(` ${auroraRole(part)}`, part.address === pickedPart ? 'picked' : 'plain'),
    partMark(part, pickedPart),
  ]);
  const first = [word('alb', 'alb'), word('web', 'web'), word('worker', 'worker'), word('xl', 'xl', '-')];
  const second = [
    aurora.length ? [span('aurora'), ...aurora] : [],
    word('dynamodb', 'dynamodb'),
    word('queue', 'sqs'),
    ...added(parts, pickedPart),
  ];
  const indent = rowWidth(join(second, ' ')) + 8 <= width ? 7 : 1;
  return [
    [span(indent === 7 ? 'parts  ' : ' '), ...join(first, ' ')],
    [span(' '.repeat(indent)), ...join(second, ' ')],
  ].map((line) => row(...line)) as [Row, Row];
}
