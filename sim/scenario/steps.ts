import { faultKinds } from '../faults/catalogue.ts';
import type { PolicyName } from '../world/policies.ts';
import type { Action, Step } from './scenario.ts';
import type { StepKey } from './timeline-schema.ts';

type Entry = Readonly<Record<string, unknown>>;

/** The steps of an entry that its schema has passed: several only where it sets several policies. */
export function toStep(key: StepKey | 'fault', entry: Entry): readonly Step[] {
  switch (key) {
    case 'fault':
      return [faultStep(entry)];
    case 'heal':
      return [{ kind: 'heal', target: entry['heal'] === 'all' ? null : String(entry['heal']) }];
    case 'set':
      return Object.entries(entry['set'] as Entry).flatMap(([policy, value]) =>
        value === undefined ? [] : [{ kind: 'set', policy: policy as PolicyName, value: String(value) } as const],
      );
    default:
      return [{ kind: 'action', action: toAction(key, entry[key]) }];
  }
}

function faultStep(entry: Entry): Step {
  const kind = faultKinds.find((each) => each.kind === entry['fault']);
  const names = kind?.settings.map(({ name }) => name) ?? [];
  const stated = names.filter((name) => entry[name] !== undefined);
  return {
    kind: 'fault',
    fault: String(entry['fault']),
    target: String(entry['target']),
    settings: Object.fromEntries(stated.map((name) => [name, entry[name] as string | number | boolean])),
    forMs: entry['for'] === undefined ? null : Number(entry['for']),
    hold: entry['hold'] === true,
  };
}

function toAction(key: Exclude<StepKey, 'heal' | 'set'>, value: unknown): Action {
  const given = (typeof value === 'object' ? value : {}) as Readonly<Record<string, string | undefined>>;
  const { tenant = '', cell, to } = given;
  switch (key) {
    case 'restart':
      return { do: 'restart', target: String(value) };
    case 'tenantAdd':
      return { do: 'tenant-add', tenant, cell: cell ?? null };
    case 'pin':
      return { do: 'pin', tenant, cell: cell ?? null };
    case 'quarantine':
      return { do: 'quarantine', tenant, to: to ?? null };
    case 'move':
      return { do: 'move', tenant, to: String(to) };
    case 'drain':
    case 'evacuate':
    case 'redrive':
      return { do: key, cell: String(value) };
    case 'scale': {
      const { service, count } = value as { service: 'web' | 'worker' | 'xl'; count: number };
      return { do: 'scale', cell: String(cell), service, count };
    }
    case 'traffic':
      return toTraffic(value as TrafficFile);
  }
}

interface TrafficFile {
  readonly on?: boolean;
  readonly rate?: unknown;
  readonly skew?: number;
  readonly mix?: Readonly<Record<'read' | 'write' | 'job' | 'xl', unknown>>;
}

function toTraffic({ on, rate, skew, mix }: TrafficFile): Action {
  return {
    do: 'traffic',
    ...(on === undefined ? {} : { on }),
    ...(rate === undefined ? {} : { rps: Number(rate) }),
    ...(skew === undefined ? {} : { skew }),
    ...(mix === undefined
      ? {}
      : { mix: { read: Number(mix.read), write: Number(mix.write), job: Number(mix.job), xl: Number(mix.xl) } }),
  };
}
