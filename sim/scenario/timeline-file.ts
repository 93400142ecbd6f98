import { z } from 'zod';
import { faultKinds } from '../faults/catalogue.ts';
import { explainIssues, unknownKey, type FileIssue } from '../world/schema-issues.ts';
import { quote } from '../world/quantities.ts';
import { didYouMean, orList } from '../world/suggest.ts';
import { parseCondition } from './condition.ts';
import { fieldsOf } from './event-kinds.ts';
import type { TimelineEntry, Trigger } from './scenario.ts';
import { toStep } from './steps.ts';
import { faultShape, stepKeys, stepShapes, triggerShape, type StepKey } from './timeline-schema.ts';

type Path = readonly (string | number)[];

/** What one entry of the file means. It holds several steps only where it sets several policies. */
export type EntryOutcome =
  | { readonly ok: true; readonly entries: readonly TimelineEntry[] }
  | { readonly ok: false; readonly issues: readonly FileIssue[] };

const triggerKeys = ['at', 'after', 'when'] as const;

/** Reads one entry. `cells`: the ids of the world's, null where its own section is broken. */
export function readEntry(raw: unknown, path: Path, line: number, cells: readonly string[] | null): EntryOutcome {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    return wrong(path, `must be a mapping such as {at: 10s, fault: kill, target: b}, not ${quote(raw)}`);
  const entry = raw as Readonly<Record<string, unknown>>;
  const chosen = chooseStep(entry, path);
  if (!chosen.ok) return chosen;
  const triggers = triggerKeys.filter((key) => entry[key] !== undefined);
  if (triggers.length === 0) return wrong(path, 'says nothing of when: begin it with at:, after: or when:');
  if (triggers.length > 1) return wrong([...path, triggers[1]!], `is there beside ${triggers[0]}: keep one of them`);
  const schema = z.strictObject({ ...triggerShape, ...chosen.shape });
  const parsed = schema.safeParse(entry);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error, schema, path) };
  const trigger = toTrigger(parsed.data, path, cells);
  if (!trigger.ok) return trigger;
  const steps = toStep(chosen.key, parsed.data as Readonly<Record<string, unknown>>);
  return { ok: true, entries: steps.map((step) => ({ line, trigger: trigger.trigger, step })) };
}

type Chosen =
  | { readonly ok: true; readonly key: StepKey | 'fault'; readonly shape: Readonly<Record<string, z.ZodType>> }
  | { readonly ok: false; readonly issues: readonly FileIssue[] };

function chooseStep(entry: Readonly<Record<string, unknown>>, path: Path): Chosen {
  const known = ['fault', ...stepKeys] as const;
  const stated = known.filter((key) => entry[key] !== undefined);
  const [key, second] = stated;
  if (key === undefined) return nothingToDo(entry, known, path);
  if (second !== undefined && (key === 'fault' || stepKeys.includes(second as StepKey)))
    return wrong([...path, second], `is there beside ${key}: make two entries of it`);
  if (key !== 'fault') return { ok: true, key, shape: { [key]: stepShapes[key] } };
  const name = entry['fault'];
  const kind = faultKinds.find((each) => each.kind === name);
  if (kind) return { ok: true, key, shape: faultShape(kind) };
  const names = faultKinds.map((each) => each.kind);
  const meant = didYouMean(String(name), names);
  const help = meant === '' ? '; petri fault --help lists them' : meant;
  return wrong([...path, 'fault'], `must be a kind of fault, not ${quote(name)}${help}`);
}

function nothingToDo(entry: Readonly<Record<string, unknown>>, known: readonly string[], path: Path): Chosen {
  const strangers = Object.keys(entry).filter((key) => !(triggerKeys as readonly string[]).includes(key));
  const stranger = strangers.find((key) => didYouMean(key, known) !== '') ?? strangers[0];
  if (stranger === undefined) return wrong(path, `says nothing to do: it needs ${orList(known)}`);
  return { ok: false, issues: [unknownKey([...path, stranger], known, 'an entry')] };
}

function issuesOf(error: z.core.$ZodError, schema: z.core.$ZodType, path: Path): readonly FileIssue[] {
  return explainIssues(error, schema, 'this entry').map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

type TriggerOutcome =
  | { readonly ok: true; readonly trigger: Trigger }
  | { readonly ok: false; readonly issues: readonly FileIssue[] };

function toTrigger(
  data: { readonly at?: unknown; readonly after?: unknown; readonly when?: unknown },
  path: Path,
  cells: readonly string[] | null,
): TriggerOutcome {
  if (data.at !== undefined) return { ok: true, trigger: { kind: 'at', ms: Number(data.at) } };
  if (data.when !== undefined) {
    const condition = parseCondition(String(data.when), cells);
    return condition.ok
      ? { ok: true, trigger: { kind: 'when', condition: condition.value } }
      : wrong([...path, 'when'], condition.error);
  }
  const { event, count, ...match } = data.after as {
    readonly event: string;
    readonly count: number;
    readonly [field: string]: string | number | boolean;
  };
  const fields = fieldsOf(event);
  const strangers = Object.keys(match).filter((key) => !fields.includes(key));
  if (strangers.length > 0)
    return {
      ok: false,
      issues: strangers.map((key) => ({
        path: [...path, 'after', key],
        message: `is no field of ${event}${didYouMean(key, fields) || `; it has ${fields.join(', ')}`}`,
        atKey: true,
      })),
    };
  if (typeof match['cell'] === 'string' && cells !== null && !cells.includes(match['cell']))
    return wrong(
      [...path, 'after', 'cell'],
      `must be one of the cells ${cells.join(', ')}, not ${quote(match['cell'])}`,
    );
  return { ok: true, trigger: { kind: 'after', event, match, count } };
}

function wrong(path: Path, message: string): { readonly ok: false; readonly issues: readonly FileIssue[] } {
  return { ok: false, issues: [{ path, message, atKey: false }] };
}
