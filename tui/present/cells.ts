import type { CellStatus, Snapshot, TenantStatus } from '../../sim/state/status.ts';
import type { CellsPlan } from '../layout.ts';
import { answered, card, healthLook } from './cell-card.ts';
import { field, type FieldPlan } from './field.ts';
import { count } from './figures.ts';
import { fitRow, sideBySide, span, type Row } from './text.ts';
import type { View } from './view.ts';

/** The cells, as cards next to each other or as a table with a row for each. */
export function cells(snapshot: Snapshot, view: View, plan: CellsPlan): Row[] {
  return plan.kind === 'cards' ? cards(snapshot, view, plan) : table(snapshot, view, plan);
}

function byCell(snapshot: Snapshot): Map<string, TenantStatus[]> {
  const map = new Map<string, TenantStatus[]>();
  for (const tenant of snapshot.tenants) {
    const list = map.get(tenant.cell);
    if (list) list.push(tenant);
    else map.set(tenant.cell, [tenant]);
  }
  return map;
}

function cards(snapshot: Snapshot, view: View, plan: Extract<CellsPlan, { kind: 'cards' }>): Row[] {
  const tenants = byCell(snapshot);
  const all = snapshot.status.cells;
  const lines: Row[] = [];
  for (let first = 0; first < all.length; first += plan.perRow) {
    if (first > 0) lines.push([span(view.glyphs.rule.repeat(view.columns), 'rule')]);
    const inThisRow = all.slice(first, first + plan.perRow);
    const blocks = inThisRow.map((cell, index) =>
      card(plan.level, {
        cell,
        tenants: tenants.get(cell.id) ?? [],
        nowMs: snapshot.status.now,
        picked: view.pickedCell === cell.id,
        pickedPart: view.pickedPart,
        filter: view.filter,
        glyphs: view.glyphs,
        width: plan.widths[index] ?? 0,
        field: plan.field,
      }),
    );
    lines.push(...sideBySide(blocks, plan.widths, view.glyphs.divider));
  }
  return lines;
}

function table(snapshot: Snapshot, view: View, plan: Extract<CellsPlan, { kind: 'table' }>): Row[] {
  const all = snapshot.status.cells;
  const tenants = byCell(snapshot);
  const picked = Math.max(
    0,
    all.findIndex((cell) => cell.id === view.pickedCell),
  );
  const pages = Math.max(1, Math.ceil(all.length / plan.perPage));
  const page = Math.floor(picked / plan.perPage);
  const shown = all.slice(page * plan.perPage, (page + 1) * plan.perPage);
  const marks = 'tenants'.padEnd(plan.field.perRow);
  const head: Row = [span(`    state       ${marks}  jobs      requests/s`, 'quiet')];
  const lines = [head, ...shown.map((cell) => tableRow(cell, tenants.get(cell.id) ?? [], view, plan.field))];
  if (pages > 1) lines.push([span(pageLine(all, shown, page, pages), 'title')]);
  return lines.slice(0, plan.height).map((line) => fitRow(line, view.columns));
}

function tableRow(cell: CellStatus, tenants: readonly TenantStatus[], view: View, plan: FieldPlan): Row {
  const look = healthLook(cell, view.glyphs);
  const { standard } = cell.queues;
  const waiting = count(standard.waiting ?? standard.last?.waiting ?? null);
  return [
    view.pickedCell === cell.id ? span(`[${cell.id}]`, 'picked') : span(` ${cell.id} `, 'title'),
    span(` ${look.word.padEnd(12)}`, look.role),
    ...fitRow(field(tenants, plan, view.glyphs, view.filter)[0] ?? [], plan.perRow),
    span(`  ${(standard.frozen ? `${waiting} FROZEN` : waiting).padEnd(9)} `, standard.frozen ? 'bad' : 'plain'),
    ...answered(cell, view.columns - plan.perRow - 28, false),
  ];
}

function pageLine(all: readonly CellStatus[], shown: readonly CellStatus[], page: number, pages: number): string {
  const elsewhere = all.filter((cell) => cell.health !== 'serving' && !shown.includes(cell));
  const unwell = elsewhere.length ? `  not serving elsewhere: ${elsewhere.map((cell) => cell.id).join(' ')}` : '';
  return ` cells ${shown[0]?.id} to ${shown.at(-1)?.id}, page ${page + 1} of ${pages}: arrow keys turn it${unwell}`;
}
