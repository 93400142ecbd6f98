import { valueText } from './etag.ts';
import { hashText, mix } from './hash.ts';

/** Rounds of mixing in one unit: about 10 µs of CPU (measured with Node 24 on a shared server core). */
export const roundsPerUnit = 1000;

export interface RecalculationRow {
  readonly row: string;
  readonly value: unknown;
}

/** What a recalculation writes beside a row's value. The same value and number of units always give the same digest. */
export interface ComputedRow {
  readonly row: string;
  readonly computed: { readonly digest: string; readonly units: number };
}

/** A recalculation under way: plain data, advanced in slices so that a worker can see to its heartbeat in between. */
export interface Recalculation {
  readonly rows: readonly RecalculationRow[];
  readonly unitsOfRow: number;
  /** Units that belong to no row: the remainder, or all of them on an empty sheet. They cost the same and write nothing. */
  readonly unitsSpare: number;
  readonly unitsSpareDone: number;
  readonly computed: readonly ComputedRow[];
  readonly unitsDoneOfRow: number;
  readonly bits: number;
}

/** `units`: what it really costs, spread evenly over the rows. */
export function beginRecalculation(rows: readonly RecalculationRow[], units: number): Recalculation {
  const unitsOfRow = rows.length === 0 ? 0 : Math.floor(units / rows.length);
  const unitsSpare = units - unitsOfRow * rows.length;
  return { rows, unitsOfRow, unitsSpare, unitsSpareDone: 0, computed: [], unitsDoneOfRow: 0, bits: 0 };
}

export function recalculationEnded(work: Recalculation): boolean {
  return work.computed.length === work.rows.length && work.unitsSpareDone === work.unitsSpare;
}

/** Does up to `unitsMax` units, however many rows that touches; every slice but the last does exactly as many. */
export function advanceRecalculation(work: Recalculation, unitsMax: number, rounds = roundsPerUnit): Recalculation {
  let { unitsDoneOfRow, unitsSpareDone, bits } = work;
  const computed = [...work.computed];
  let left = unitsMax;
  while (computed.length < work.rows.length) {
    const { row, value } = work.rows[computed.length]!;
    if (unitsDoneOfRow === 0) bits = Number.parseInt(hashText(valueText(value)).slice(0, 8), 16);
    const units = Math.min(left, work.unitsOfRow - unitsDoneOfRow);
    bits = spend(bits, units, rounds);
    left -= units;
    unitsDoneOfRow += units;
    if (unitsDoneOfRow < work.unitsOfRow) return { ...work, computed, unitsDoneOfRow, unitsSpareDone, bits };
    computed.push({ row, computed: { digest: bits.toString(16).padStart(8, '0'), units: work.unitsOfRow } });
    unitsDoneOfRow = 0;
  }
  const spare = Math.min(left, work.unitsSpare - unitsSpareDone);
  return {
    ...work,
    computed,
    unitsDoneOfRow,
    unitsSpareDone: unitsSpareDone + spare,
    bits: spend(bits, spare, rounds),
  };
}

function spend(bits: number, units: number, rounds: number): number {
  let mixed = bits;
  for (let unit = 0; unit < units; unit++) {
    for (let round = 0; round < rounds; round++) mixed = mix(mixed + round);
  }
  return mixed;
}
