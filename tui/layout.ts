import { cardRows, cardWidthMin, type CardLevel } from './present/cell-card.ts';
import { planField, type FieldPlan } from './present/field.ts';

/** How the screen is divided. Heights are rows; together they never pass the terminal's. */
export type Layout =
  | { readonly kind: 'sentence' }
  | {
      readonly kind: 'screen';
      /** Rules between the sections, titles over them, the router's line, a list of faults. */
      readonly roomy: boolean;
      /** So few rows that rules and legend are left out. */
      readonly tight: boolean;
      readonly cells: CellsPlan;
      readonly history: HistoryPlan;
      readonly faultRows: number;
    };

export type CellsPlan =
  | {
      readonly kind: 'cards';
      readonly level: CardLevel;
      readonly perRow: number;
      readonly widths: readonly number[];
      readonly field: FieldPlan;
      readonly height: number;
    }
  | { readonly kind: 'table'; readonly perPage: number; readonly field: FieldPlan; readonly height: number };

export interface HistoryPlan {
  readonly rows: number;
  readonly marks: number;
}

export interface LayoutInput {
  readonly columns: number;
  readonly rows: number;
  readonly cells: number;
  /** The most tenants in one cell, and the longest of their names. */
  readonly tenantsMax: number;
  readonly idWidth: number;
  readonly headRows: number;
  readonly leakRows: number;
}

export const smallest = { columns: 40, rows: 10 };

export const isTight = (rows: number): boolean => rows < 16;

export function planLayout(input: LayoutInput): Layout {
  const { columns, rows } = input;
  if (columns < smallest.columns || rows < smallest.rows) return { kind: 'sentence' };
  const roomy = columns >= 100 && rows >= 34;
  // Around the head and what follows: title and its rule, rule; router and its rule; rule, blast, legend, leaks; keys.
  const tight = isTight(rows);
  const around = roomy ? 9 + input.leakRows : tight ? 3 : 6;
  const fixed = around + input.headRows;
  const historyTitle = roomy ? 2 : 0;
  const faultsFrame = roomy ? 3 : 0;
  const logMin = roomy ? 3 : 1;
  const historyRows = Math.min(input.cells, roomy ? 8 : 4);
  const room = rows - fixed - historyTitle - faultsFrame - logMin;
  const cells =
    columns >= 80 && rows >= 22
      ? (planCards(input, room - historyRows) ?? planCards(input, room) ?? planTable(input, room))
      : planTable(input, room);
  return divide(input, room, historyRows, { roomy, tight }, withTallMarks(cells, roomy ? room - historyRows - 12 : 0));
}

/** Where there is plenty of room, it goes to the tenants first. */
function withTallMarks(cells: CellsPlan, room: number): CellsPlan {
  if (cells.kind !== 'cards' || cells.level !== 'full' || cells.field.kind !== 'named') return cells;
  const gridRows = Math.round(cells.height / (cardRows.full + cells.field.rows));
  const height = cells.height + gridRows * cells.field.rows;
  if (height > room) return cells;
  return { ...cells, height, field: { ...cells.field, rows: cells.field.rows * 2, tall: true } };
}

/** What the cells leave goes to the history, the faults and the log. */
function divide(
  input: LayoutInput,
  room: number,
  historyRows: number,
  { roomy, tight }: { readonly roomy: boolean; readonly tight: boolean },
  cells: CellsPlan,
): Layout {
  const left = Math.max(0, room - cells.height);
  const history: HistoryPlan = {
    rows: left >= historyRows ? Math.min(input.cells, Math.max(historyRows, left - (roomy ? 6 : 0))) : 0,
    marks: input.columns >= 120 ? 90 : Math.max(10, Math.min(45, input.columns - 33)),
  };
  const spare = Math.max(0, left - history.rows);
  const faultRows = roomy ? 1 + Math.min(4, Math.floor(spare / 4)) : 0;
  return { kind: 'screen', roomy, tight, cells, history, faultRows };
}

/** The most telling cards that fit in `room` rows; null where none do. */
function planCards(input: LayoutInput, room: number): CellsPlan | null {
  for (const level of ['full', 'compact', 'dense'] as const) {
    const fit = Math.floor((input.columns + 1) / (cardWidthMin[level] + 1));
    const gridRows = Math.ceil(input.cells / Math.max(1, fit));
    if (fit < 1 || input.cells < 1) continue;
    const perRow = Math.ceil(input.cells / gridRows);
    const widths = shareOut(input.columns - (perRow - 1), perRow);
    const rulesBetween = gridRows - 1;
    const fieldRows = Math.floor((room - rulesBetween) / gridRows) - cardRows[level];
    if (fieldRows < 1) continue;
    const width = Math.min(...widths) - 2;
    const field = planField(input.tenantsMax, input.idWidth, width, fieldRows, level === 'full');
    if (level !== 'dense' && field.tenantsPerMark > 1) continue;
    if (level === 'full' && field.kind !== 'named' && input.tenantsMax <= 40) continue;
    const height = gridRows * (cardRows[level] + field.rows) + rulesBetween;
    return { kind: 'cards', level, perRow, widths, field, height };
  }
  return null;
}

function planTable(input: LayoutInput, room: number): CellsPlan {
  const rowsWanted = Math.max(1, input.cells) + 1;
  const height = Math.max(2, Math.min(rowsWanted, room));
  const paged = height < rowsWanted;
  const width = Math.max(8, Math.min(40, input.columns - 50));
  const tenantsPerMark = Math.max(1, Math.ceil(input.tenantsMax / width));
  const field: FieldPlan = { kind: 'narrow', perRow: width, pitch: 1, rows: 1, tall: false, tenantsPerMark };
  return { kind: 'table', perPage: Math.max(1, paged ? height - 2 : height - 1), field, height };
}

/** Whole columns for each, the rest to the last ones. */
function shareOut(columns: number, parts: number): number[] {
  const each = Math.floor(columns / parts);
  const rest = columns - each * parts;
  return Array.from({ length: parts }, (_, index) => each + (index >= parts - rest ? 1 : 0));
}
