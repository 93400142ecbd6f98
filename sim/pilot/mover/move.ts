import type { Item } from '../../../cells/dynamodb/contract.ts';
import type { Override, TenantEntry } from '../../../router/cell-map.ts';
import { isOverride } from '../../../router/map-validate.ts';

/** The way of a tenant from one cell to another, in this order. */
export const stepNames = ['quiesce', 'drain', 'fence', 'copy', 'verify', 'flip', 'resume', 'clean'] as const;

export type StepName = (typeof stepNames)[number];

/** A tenant's move, as control's books keep it: whoever reads this can carry it on. */
export interface Move {
  /** Names this one among all moves of the tenant. */
  readonly id: string;
  readonly tenant: string;
  readonly from: string;
  readonly to: string;
  /** Under which it will live in its new home; in the old one it lived under the one before. */
  readonly epoch: number;
  /** What the override table said of it before, and what it will say there. */
  readonly before: Override | null;
  readonly after: Override | null;
  /** What is to be done next; `undo` puts everything back, and of one that has `ended` only its line in the books is left. */
  readonly step: StepName | 'undo' | 'ended';
  /** Where it was given up, and why. */
  readonly failed: { readonly at: StepName; readonly reason: string } | null;
  /** Who carries it on: a life of control. Whoever finds another name here has lost it. */
  readonly mover: string;
}

/** What a step came to. `change`: the map's entry changes together with the progress. `impossible`: no other try would help. */
export type StepEnd =
  | {
      readonly kind: 'done';
      readonly change?: { readonly from: TenantEntry; readonly to: TenantEntry };
      readonly facts?: Readonly<Record<string, unknown>>;
      /** Under which the tenant lives now, where that is not the move's own: it was put back. */
      readonly epoch?: number;
    }
  | { readonly kind: 'impossible'; readonly reason: string };

/** The move after this step, or null where nothing is left of it. */
export function nextMove(move: Move, end: StepEnd): Move | null {
  if (move.step === 'ended') return null;
  if (end.kind === 'impossible') return givenUp(move, end.reason);
  if (move.step === 'undo') return { ...move, step: 'ended', epoch: end.epoch ?? move.epoch };
  return { ...move, step: stepNames[stepNames.indexOf(move.step) + 1] ?? 'ended' };
}

/** The step that was done last, as far as the books tell; null at the front, and where a move is put back. */
export function lastStep({ step, failed }: Move): StepName | 'undo' | null {
  if (step === 'undo') return null;
  if (step === 'ended') return failed ? 'undo' : 'clean';
  return stepNames[stepNames.indexOf(step) - 1] ?? null;
}

/** Before the flip every step can be put back; afterwards the new home has the tenant, and there is only forward. */
export function mayBeUndone({ step }: Move): boolean {
  return step !== 'undo' && step !== 'ended' && stepNames.indexOf(step) < stepNames.indexOf('resume');
}

export function givenUp(move: Move, reason: string): Move {
  if (move.step === 'undo' || move.step === 'ended') return move;
  return { ...move, step: 'undo', failed: { at: move.step, reason } };
}

/** Whether the old home may have been fenced: a fence that was asked for may have taken, whatever the answer was. */
export function mayBeFenced({ failed }: Move): boolean {
  return failed !== null && stepNames.indexOf(failed.at) >= stepNames.indexOf('fence');
}

/** Whether its tenant still waits for it. */
export function isUnderWay({ step }: Move): boolean {
  return step !== 'clean' && step !== 'ended';
}

/** The map's entry at four moments of a move. */
export const entries = {
  before: (move: Move): TenantEntry => ({ cell: move.from, epoch: move.epoch - 1, override: move.before }),
  moving: (move: Move): TenantEntry => ({ cell: move.from, epoch: move.epoch - 1, override: 'moving' }),
  flipped: (move: Move): TenantEntry => ({ cell: move.to, epoch: move.epoch, override: 'moving' }),
  home: (move: Move): TenantEntry => ({ cell: move.to, epoch: move.epoch, override: move.after }),
} as const;

export function sameEntry(a: TenantEntry | null, b: TenantEntry): boolean {
  return a !== null && a.cell === b.cell && a.epoch === b.epoch && a.override === b.override;
}

/** Reads a move out of the books; null where what stands there is none. */
export function readMove(tenant: string, item: Item | null): Move | null {
  if (!item) return null;
  const { id, from, to, epoch, before, after, step, failed, mover } = item;
  const isStep = step === 'undo' || step === 'ended' || stepNames.includes(step as StepName);
  if (typeof id !== 'string' || typeof from !== 'string' || typeof to !== 'string') return null;
  if (typeof epoch !== 'number' || typeof mover !== 'string' || !isStep) return null;
  return {
    ...{ id, tenant, from, to, epoch, mover, step: step as Move['step'] },
    before: overrideOf(before),
    after: overrideOf(after),
    failed: (failed ?? null) as Move['failed'],
  };
}

export function moveItem({ tenant: _, ...move }: Move): Item {
  return move;
}

function overrideOf(value: unknown): Override | null {
  return isOverride(value) && value !== 'moving' ? value : null;
}
