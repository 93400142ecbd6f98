import type { CellPolicies } from '../../cells/policies.ts';
import type { RouterPolicies } from '../../router/contract.ts';
import type { ControlPolicies } from '../pilot/contract.ts';
import type { ClientRetry } from '../traffic/contract.ts';
import { parseDuration, parseShare, parseWhole, printDuration, quote, type Parsed, type Range } from './quantities.ts';
import { didYouMean, orList } from './suggest.ts';

/** What a policy's value looks like. */
export type PolicyType =
  | { readonly kind: 'switch' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | ({ readonly kind: 'duration' } & Range)
  | ({ readonly kind: 'whole' } & Range)
  | { readonly kind: 'share' };

export interface Policy {
  readonly name: string;
  readonly type: PolicyType;
  /** In the spelling that `petri set` prints and takes. */
  readonly default: string;
  readonly summary: string;
  /** The failures of the catalogue that its safe value prevents. */
  readonly prevents: readonly string[];
}

const onOff = { kind: 'switch' } as const;

/** The design choices that a team can honestly make. Every default is the safe one. */
export const policies = [
  {
    name: 'placement',
    type: { kind: 'words', words: ['least-loaded', 'random'] },
    default: 'least-loaded',
    summary: 'which cell a new tenant is placed in',
    prevents: ['F14'],
  },
  {
    name: 'mapFallback',
    type: { kind: 'words', words: ['cached', 'refuse'] },
    default: 'cached',
    summary: 'what a router does while the map store is down: go on with its cached map, or refuse everyone',
    prevents: ['F9', 'F20'],
  },
  {
    name: 'mapValidate',
    type: onOff,
    default: 'on',
    summary: 'a router checks a pushed map and keeps the last known good one',
    prevents: ['F10'],
  },
  {
    name: 'damping',
    type: onOff,
    default: 'on',
    summary: "a router waits for repeated evidence before it changes a cell's health",
    prevents: ['F21'],
  },
  {
    name: 'bulkhead',
    type: { kind: 'whole', min: 0, max: 10_000 },
    default: '128',
    summary: 'requests that one router keeps in flight to one cell at most; 0 is no limit',
    prevents: ['F6', 'F11', 'F24'],
  },
  {
    name: 'clientRetry',
    type: { kind: 'words', words: ['keyed', 'none', 'storm'] },
    default: 'keyed',
    summary:
      "what Petri's clients do about an error: retry keyed requests within a budget, never, or at once and for ever",
    prevents: ['F4', 'F5'],
  },
  {
    name: 'dispatch',
    type: { kind: 'words', words: ['fifo', 'lifo'] },
    default: 'fifo',
    summary: 'which waiting job is delivered first',
    prevents: ['F13'],
  },
  {
    name: 'visibility',
    type: { kind: 'duration', min: 500, max: 600_000 },
    default: '5s',
    summary: 'how long a received job stays invisible to other workers',
    prevents: ['F16'],
  },
  {
    name: 'heartbeat',
    type: onOff,
    default: 'on',
    summary: 'a worker extends the visibility of a job that it still works on',
    prevents: ['F16'],
  },
  {
    name: 'maxReceives',
    type: { kind: 'whole', min: 1, max: 100 },
    default: '3',
    summary: 'after so many receives a job is dead-lettered',
    prevents: ['F2', 'F12'],
  },
  {
    name: 'xlQueue',
    type: onOff,
    default: 'on',
    summary: 'large jobs have a queue and workers of their own',
    prevents: ['F15'],
  },
  {
    name: 'fence',
    type: onOff,
    default: 'on',
    summary: "a tenant's epoch is checked inside the transaction",
    prevents: ['F7', 'F8', 'F23'],
  },
  {
    name: 'admission',
    type: onOff,
    default: 'on',
    summary: 'a tenant is moved only to a cell that stays within its maximum',
    prevents: ['F27'],
  },
  {
    name: 'movesInFlight',
    type: { kind: 'whole', min: 1, max: 32 },
    default: '2',
    summary: 'tenants that are on their way at once while cells are emptied, at most',
    prevents: ['F6', 'F28'],
  },
  {
    name: 'evacuateMax',
    type: { kind: 'share' },
    default: '34%',
    summary: 'share of the cells that may be emptied at once, but always one; 0% is none',
    prevents: ['F21', 'F26'],
  },
] as const satisfies readonly Policy[];

export type PolicyName = (typeof policies)[number]['name'];
export type PolicyValues = Readonly<Record<PolicyName, string>>;

export const policyNames: readonly string[] = policies.map((policy) => policy.name);

export const defaultPolicyValues = Object.fromEntries(
  policies.map((policy) => [policy.name, policy.default]),
) as PolicyValues;

export function findPolicy(name: string): Policy | null {
  return policies.find((policy) => policy.name === name) ?? null;
}

/** `on | off`, `500ms to 10m`, `fifo | lifo`. */
export function printTakes(type: PolicyType): string {
  switch (type.kind) {
    case 'switch':
      return 'on | off';
    case 'words':
      return type.words.join(' | ');
    case 'duration':
      return `${printDuration(type.min)} to ${printDuration(type.max)}`;
    case 'whole':
      return `${type.min} to ${type.max}`;
    case 'share':
      return '0% to 100%';
  }
}

/** Checks a value of a policy and returns it in its one spelling (`1000ms` → `1s`). */
export function parsePolicyValue(policy: Policy, text: string): Parsed<string> {
  switch (policy.type.kind) {
    case 'switch':
      return oneOf(['on', 'off'], text);
    case 'words':
      return oneOf(policy.type.words, text);
    case 'duration': {
      const parsed = parseDuration(text, policy.type);
      return parsed.ok ? { ok: true, value: printDuration(parsed.value) } : parsed;
    }
    case 'whole': {
      const parsed = parseWhole(text, policy.type);
      return parsed.ok ? { ok: true, value: String(parsed.value) } : parsed;
    }
    case 'share': {
      const parsed = parseShare(text);
      return parsed.ok ? { ok: true, value: `${Number((parsed.value * 100).toFixed(3))}%` } : parsed;
    }
  }
}

/** Checks a policy's name and value as typed. The error is a whole sentence. */
export function parsePolicy(name: string, text: string): Parsed<{ readonly name: PolicyName; readonly value: string }> {
  const policy = findPolicy(name);
  if (!policy) return { ok: false, error: unknownPolicy(name) };
  const parsed = parsePolicyValue(policy, text);
  if (!parsed.ok) return { ok: false, error: `${name} ${parsed.error}` };
  return { ok: true, value: { name: policy.name as PolicyName, value: parsed.value } };
}

export function unknownPolicy(name: string): string {
  return `there is no policy ${quote(name)}${didYouMean(name, policyNames)}; the policies are ${policyNames.join(', ')}`;
}

/** The defaults, overlaid by what differs. The values must have passed {@link parsePolicy}. */
export function policyValues(changed: Readonly<Record<string, string>>): PolicyValues {
  return { ...defaultPolicyValues, ...changed };
}

export function cellPolicies(values: PolicyValues): CellPolicies {
  return {
    visibilityMs: durationOf('visibility', values.visibility),
    heartbeat: values.heartbeat === 'on',
    maxReceives: Number(values.maxReceives),
    xlQueue: values.xlQueue === 'on',
    dispatch: values.dispatch === 'lifo' ? 'lifo' : 'fifo',
    fence: values.fence === 'on',
  };
}

export function routerPolicies(values: PolicyValues): RouterPolicies {
  return {
    mapFallback: values.mapFallback === 'refuse' ? 'refuse' : 'cached',
    mapValidate: values.mapValidate === 'on',
    damping: values.damping === 'on',
    bulkhead: Number(values.bulkhead),
  };
}

export function clientRetry(values: PolicyValues): ClientRetry {
  return values.clientRetry === 'none' || values.clientRetry === 'storm' ? values.clientRetry : 'keyed';
}

export function controlPolicies(values: PolicyValues): ControlPolicies {
  const share = parseShare(values.evacuateMax);
  if (!share.ok) throw new Error(`policy evacuateMax holds ${quote(values.evacuateMax)}, which was never checked`);
  return {
    placement: values.placement === 'random' ? 'random' : 'least-loaded',
    admission: values.admission === 'on',
    movesInFlight: Number(values.movesInFlight),
    evacuateMaxRatio: share.value,
  };
}

function oneOf(words: readonly string[], text: string): Parsed<string> {
  if (words.includes(text)) return { ok: true, value: text };
  return { ok: false, error: `must be ${orList(words)}, not ${quote(text)}${didYouMean(text, words)}` };
}

function durationOf(name: PolicyName, text: string): number {
  const parsed = parseDuration(text, { min: 0, max: Number.MAX_SAFE_INTEGER });
  if (!parsed.ok) throw new Error(`policy ${name} holds ${quote(text)}, which was never checked`);
  return parsed.value;
}
