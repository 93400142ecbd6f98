import type { CellHealth } from './contract.ts';

/** How much evidence it takes for a change. */
export interface HealthRules {
  /** Refusals, resets, bad probe answers in a row. */
  readonly badToDown: number;
  /** Probes in a row that ran out of time. */
  readonly silentToDown: number;
  /** Good probes in a row that bring a far side back. */
  readonly goodToUp: number;
}

export const dampedRules: HealthRules = { badToDown: 2, silentToDown: 2, goodToUp: 2 };
export const undampedRules: HealthRules = { badToDown: 1, silentToDown: 1, goodToUp: 1 };
/** A task behind an ALB: out at the first refusal, back at the first good answer. */
export const taskRules: HealthRules = { badToDown: 1, silentToDown: 2, goodToUp: 1 };

export interface HealthState {
  readonly health: CellHealth;
  readonly bad: number;
  readonly silent: number;
  readonly good: number;
  /** When the present run of bad (while up) or good (while down) evidence began; null where there is none. */
  readonly runSinceMs: number | null;
}

export const unknownHealth: HealthState = { health: 'unknown', bad: 0, silent: 0, good: 0, runSinceMs: null };

/**
 * - `good`: a probe was answered well.
 * - `bad`: a probe was refused, reset, or answered that it is not well.
 * - `silent`: a probe ran out of time; `heard`: yet a real answer came since it was sent.
 * - `broke`: the connection of a real request broke before its answer.
 * - `suspect`: an idle connection was closed by the far side; no evidence by itself, but a reason to look.
 */
export type Evidence =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'silent'; readonly heard: boolean }
  | { readonly kind: 'broke'; readonly reason: string }
  | { readonly kind: 'suspect' };

export interface HealthStep {
  readonly state: HealthState;
  /** Ask again at once instead of waiting for the next turn. */
  readonly probeNow: boolean;
  readonly change: {
    readonly health: CellHealth;
    readonly reason: string;
    /** From the first evidence of this run to the change. */
    readonly afterMs: number | null;
  } | null;
}

/** One piece of evidence into one far side's health. */
export function observe(state: HealthState, evidence: Evidence, nowMs: number, rules: HealthRules): HealthStep {
  switch (evidence.kind) {
    case 'good':
      return observeGood(state, nowMs, rules);
    case 'bad':
      return observeBad(state, { bad: state.bad + 1, silent: state.silent }, evidence.reason, nowMs, rules);
    case 'broke':
      // Thirty requests cut by one death are one piece of evidence.
      return observeBad(state, { bad: Math.max(1, state.bad), silent: state.silent }, evidence.reason, nowMs, rules);
    case 'silent':
      if (evidence.heard) return { state, probeNow: false, change: null };
      return observeBad(state, { bad: state.bad, silent: state.silent + 1 }, 'silent', nowMs, rules);
    case 'suspect':
      return { state, probeNow: state.health !== 'down', change: null };
  }
}

function observeGood(state: HealthState, nowMs: number, rules: HealthRules): HealthStep {
  if (state.health === 'serving') {
    const untroubled = state.bad === 0 && state.silent === 0;
    return {
      state: untroubled ? state : { ...state, bad: 0, silent: 0, runSinceMs: null },
      probeNow: false,
      change: null,
    };
  }
  const good = state.good + 1;
  const runSinceMs = state.good === 0 ? nowMs : state.runSinceMs;
  // What was never up has nothing to flap between: its first good answer counts.
  if (state.health === 'down' && good < rules.goodToUp) {
    return { state: { ...state, good, runSinceMs }, probeNow: false, change: null };
  }
  return {
    state: { health: 'serving', bad: 0, silent: 0, good: 0, runSinceMs: null },
    probeNow: false,
    change: { health: 'serving', reason: 'answers', afterMs: runSinceMs === null ? null : nowMs - runSinceMs },
  };
}

function observeBad(
  state: HealthState,
  counts: { readonly bad: number; readonly silent: number },
  reason: string,
  nowMs: number,
  rules: HealthRules,
): HealthStep {
  if (state.health === 'down') return { state: { ...state, good: 0, runSinceMs: null }, probeNow: false, change: null };
  const runSinceMs = state.runSinceMs ?? nowMs;
  if (counts.bad < rules.badToDown && counts.silent < rules.silentToDown) {
    return { state: { ...state, ...counts, runSinceMs }, probeNow: reason !== 'silent', change: null };
  }
  return {
    state: { health: 'down', bad: 0, silent: 0, good: 0, runSinceMs: null },
    probeNow: false,
    change: { health: 'down', reason, afterMs: nowMs - runSinceMs },
  };
}
