import type { SupervisorMethod, SupervisorMethods } from '../../sim/supervisor/contract.ts';

/** One call to the supervisor, with what to say meanwhile and afterwards. */
export interface Call {
  readonly method: SupervisorMethod;
  readonly args: unknown;
  readonly doing: string;
  /** What came of it; lines for an overlay where one line does not hold it. */
  readonly said: (result: unknown) => Said;
}

export type Said =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'lines'; readonly title: string; readonly lines: readonly string[] };

export type Parsed = { readonly ok: true; readonly call: Call } | { readonly ok: false; readonly error: string };

/** A command of the palette. The command line takes the same words. */
export interface CommandSpec {
  readonly name: string;
  readonly usage: string;
  /** What each word after the name is, for completion. */
  readonly words: readonly (
    | 'target'
    | 'kind'
    | 'fault'
    | 'cell'
    | 'tenant'
    | 'service'
    | 'count'
    | 'policy'
    | 'value'
    | 'subject'
    | 'word'
  )[];
  readonly flags: readonly string[];
  readonly changes: boolean;
  /** It cannot be undone, so it is asked first: the question. */
  readonly asks?: string;
  readonly parse: (args: Arguments) => Parsed;
}

export interface Arguments {
  readonly words: readonly string[];
  readonly flags: ReadonlyMap<string, string>;
  /** `latency=300ms`, as typed. */
  readonly settings: readonly string[];
}

export const line = (text: string): Said => ({ kind: 'line', text });
export const wrong = (error: string): Parsed => ({ ok: false, error });

export function call<M extends SupervisorMethod>(
  method: M,
  args: SupervisorMethods[M]['args'],
  doing: string,
  said: (result: SupervisorMethods[M]['result']) => Said,
): Parsed {
  return { ok: true, call: { method, args, doing, said: said as (result: unknown) => Said } };
}
