import type { TenantMark, TenantStatus } from '../../sim/state/status.ts';
import type { Glyphs } from '../glyphs.ts';
import { span, textWidth, type Role, type Row, type Span } from './text.ts';
import { matches } from './view.ts';

/** How the tenants of one cell are drawn: with their names, as wide marks, as narrow ones, or several to a mark. */
export interface FieldPlan {
  readonly kind: 'named' | 'wide' | 'narrow';
  readonly perRow: number;
  /** Columns from one mark to the next. */
  readonly pitch: number;
  /** Rows of the screen, all lines of a tall mark counted. */
  readonly rows: number;
  /** A mark is two lines high: what is not well shows from further away. */
  readonly tall: boolean;
  readonly tenantsPerMark: number;
}

const roles: Readonly<Record<TenantMark, Role>> = {
  served: 'good',
  hit: 'bad',
  'cut-off': 'cutOff',
  late: 'late',
  quarantined: 'warn',
  moving: 'warn',
};

/** From worst to best: where one mark stands for several tenants it shows the worst of them. */
const worstFirst: readonly TenantMark[] = ['hit', 'cut-off', 'late', 'quarantined', 'moving', 'served'];

/** Rows of five or ten are counted at a glance. */
const evenly = (fit: number): number => (fit >= 10 ? 10 : fit >= 5 ? 5 : Math.max(1, fit));

/** The most telling field that shows `tenants` marks in `width` × `rowsMax`. `idWidth` is the longest name. */
export function planField(tenants: number, idWidth: number, width: number, rowsMax: number, named: boolean): FieldPlan {
  const rowsFor = (perRow: number): number => Math.max(1, Math.ceil(tenants / perRow));
  const candidates: { kind: 'named' | 'wide'; pitch: number }[] = [
    ...(named ? [{ kind: 'named' as const, pitch: idWidth + 4 }] : []),
    { kind: 'wide', pitch: 4 },
  ];
  for (const { kind, pitch } of candidates) {
    const fit = Math.floor(width / pitch);
    if (fit < 1) continue;
    const perRow = rowsFor(evenly(fit)) <= rowsMax ? evenly(fit) : fit;
    if (rowsFor(perRow) > rowsMax) continue;
    const roomy = kind === 'named' ? Math.min(idWidth + 8, Math.floor(width / perRow)) : 4;
    return { kind, perRow, pitch: Math.max(pitch, roomy), rows: rowsFor(perRow), tall: false, tenantsPerMark: 1 };
  }
  const tenantsPerMark = Math.max(1, Math.ceil(tenants / (width * rowsMax)));
  const rows = Math.max(1, Math.ceil(Math.ceil(tenants / tenantsPerMark) / width));
  return { kind: 'narrow', perRow: width, pitch: 1, rows, tall: false, tenantsPerMark };
}

export function field(tenants: readonly TenantStatus[], plan: FieldPlan, glyphs: Glyphs, filter: string): Row[] {
  const marks: Span[] = [];
  for (let first = 0; first < tenants.length; first += plan.tenantsPerMark) {
    marks.push(...mark(tenants.slice(first, first + plan.tenantsPerMark), plan, glyphs, filter));
  }
  const lines = plan.tall ? plan.rows / 2 : plan.rows;
  const spansPerMark = tenants.length ? marks.length / Math.ceil(tenants.length / plan.tenantsPerMark) : 1;
  return Array.from({ length: lines }, (_, line) => {
    const inRow = marks.slice(line * plan.perRow * spansPerMark, (line + 1) * plan.perRow * spansPerMark);
    return plan.tall ? [joinSame(inRow), joinSame(inRow.map(lowerHalf))] : [joinSame(inRow)];
  }).flat();
}

function mark(group: readonly TenantStatus[], plan: FieldPlan, glyphs: Glyphs, filter: string): Span[] {
  const shown = group.filter((tenant) => matches(filter, tenant.id));
  const state = worstFirst.find((candidate) => shown.some((tenant) => tenant.state === candidate));
  const role = state ? roles[state] : 'quiet';
  const picked = filter !== '' && state !== undefined;
  if (plan.kind === 'narrow') return [span(state ? glyphs.narrow[state] : ' ', role)];
  const wide = state ? glyphs.wide[state] : '   ';
  if (plan.kind === 'wide') return [span(wide, role), span(' ')];
  const name = state ? (group[0]?.id ?? '') : '';
  const nameWidth = plan.pitch - 4;
  return [
    span(name.slice(0, nameWidth).padStart(nameWidth), picked ? 'picked' : state === 'served' ? 'plain' : role),
    span(wide, role),
    span(' '),
  ];
}

/** Under a mark that needs ink, the same mark again; blanks under names and under those who are served. */
function lowerHalf(part: Span): Span {
  const isMark = part.role !== 'good' && part.role !== 'picked' && part.role !== 'plain' && part.text.length === 3;
  return isMark ? part : span(' '.repeat(textWidth(part.text)));
}

/** Fewer, longer spans: a row costs by its spans. */
function joinSame(spans: readonly Span[]): Row {
  const joined: Span[] = [];
  for (const part of spans) {
    const last = joined.at(-1);
    if (last && last.role === part.role) joined[joined.length - 1] = span(last.text + part.text, part.role);
    else joined.push(part);
  }
  return joined;
}
