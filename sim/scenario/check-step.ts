import { faultKinds } from '../faults/catalogue.ts';
import { quote } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import { resolveTarget, type Estate } from '../world/target.ts';
import type { Action, Step, TimelineEntry } from './scenario.ts';

/** What an entry may name. */
export interface Nameable {
  readonly estate: Estate;
  readonly tenants: ReadonlySet<string>;
}

/** Something that a step names and the world has not: where in the entry, and the rest of a sentence. */
export interface StepProblem {
  readonly path: readonly string[];
  readonly message: string;
}

/** Checks what a step names against the world as it is planned, and against the rest of the timeline. */
export function checkStep(
  step: Step,
  timeline: readonly TimelineEntry[],
  { estate, tenants }: Nameable,
): readonly StepProblem[] {
  switch (step.kind) {
    case 'fault':
      return checkFault(step, estate);
    case 'heal':
      return checkHeal(step.target, timeline);
    case 'set':
      return [];
    case 'action':
      return checkAction(step.action, estate, tenants);
  }
}

function checkFault({ fault, target }: Step & { kind: 'fault' }, estate: Estate): readonly StepProblem[] {
  const kind = faultKinds.find((each) => each.kind === fault);
  if (!kind) return [];
  const resolved = resolveTarget(target, estate);
  if (!resolved.ok) return [{ path: ['target'], message: `cannot be found: ${resolved.error}` }];
  if (kind.targets.includes(resolved.value.kind)) return [];
  return [
    {
      path: ['target'],
      message: `cannot be ${quote(target)}, which ${fault} is not done to; it takes ${kind.targets.join(', ')}`,
    },
  ];
}

function checkHeal(target: string | null, timeline: readonly TimelineEntry[]): readonly StepProblem[] {
  if (target === null) return [];
  const faults = timeline.flatMap(({ step }) => (step.kind === 'fault' ? [step.fault, step.target] : []));
  if (faults.includes(target)) return [];
  const known = [...new Set(faults)];
  const have = known.length === 0 ? 'this timeline injects none' : `this timeline has ${known.join(', ')}`;
  return [
    {
      path: ['heal'],
      message: `must be all, or a kind or target of a fault, not ${quote(target)}${didYouMean(target, known) || `; ${have}`}`,
    },
  ];
}

function checkAction(action: Action, estate: Estate, tenants: ReadonlySet<string>): readonly StepProblem[] {
  const cell = (path: readonly string[], id: string | null): readonly StepProblem[] =>
    id === null || estate.cells.includes(id)
      ? []
      : [{ path, message: `must be ${orList(estate.cells)}, not ${quote(id)}` }];
  const tenant = (path: readonly string[], id: string): readonly StepProblem[] =>
    tenants.has(id)
      ? []
      : [{ path, message: `is ${quote(id)}, and there is no such tenant${didYouMean(id, [...tenants])}` }];
  switch (action.do) {
    case 'restart': {
      const resolved = resolveTarget(action.target, estate);
      return resolved.ok ? [] : [{ path: ['restart'], message: `cannot be found: ${resolved.error}` }];
    }
    case 'tenant-add':
      return cell(['tenantAdd', 'cell'], action.cell);
    case 'pin':
      return [...tenant(['pin', 'tenant'], action.tenant), ...cell(['pin', 'cell'], action.cell)];
    case 'quarantine':
      return [...tenant(['quarantine', 'tenant'], action.tenant), ...cell(['quarantine', 'to'], action.to)];
    case 'move':
      return [...tenant(['move', 'tenant'], action.tenant), ...cell(['move', 'to'], action.to)];
    case 'drain':
    case 'evacuate':
    case 'redrive':
      return cell([action.do], action.cell);
    case 'scale':
      return cell(['scale', 'cell'], action.cell);
    case 'traffic':
      return [];
  }
}
