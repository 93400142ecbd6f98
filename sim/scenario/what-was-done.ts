import type { Event } from '../../cells/runtime/events.ts';
import { faultKinds } from '../faults/catalogue.ts';
import type { PolicyName } from '../world/policies.ts';
import type { World } from '../world/world.ts';
import type { Action, Scenario, Step, TimelineEntry } from './scenario.ts';

const steadyByDefault = { text: 'mood = calm', metric: 'mood', cell: null, operator: '=', value: 'calm' } as const;

type TrafficArgs = { readonly [Key in keyof World['traffic']]?: World['traffic'][Key] | undefined };

/** The scenario's clock begins so long before the first thing that was done, so that there is something to compare with. */
const leadMs = 3000;
/** How long it goes on after the last. */
const tailMs = 10_000;
const runMsMax = 3_600_000;

/**
 * What people did to a world that is up, as a scenario: its faults with how long they lasted, its policies, traffic and other
 * actions since `sinceT`, from the supervisor's events in their order. What was done before is how the world begins.
 */
export function scenarioOf(world: World, events: readonly Event[], sinceT: number, nowT: number): Scenario {
  const before = events.filter((event) => event.t < sinceT);
  const since = events.filter((event) => event.t >= sinceT);
  const ends = new Map(
    since.flatMap((event) => (event.kind === 'fault.healed' ? [[event['fault'], event.t] as const] : [])),
  );
  const steps = since.flatMap((event) => {
    const step = stepOf(event, ends);
    // What took its time is recorded at its end.
    const tookT = event.kind === 'action.done' ? Number(event['tookMs'] ?? 0) * 1000 : 0;
    return step === null ? [] : [{ t: event.t - tookT, step }];
  });
  steps.sort((left, right) => left.t - right.t);
  const first = steps[0];
  const startT = first === undefined ? Math.max(sinceT, nowT - tailMs * 1000) : first.t - leadMs * 1000;
  const timeline = steps.map(({ t, step }): TimelineEntry => {
    return { line: 0, trigger: { kind: 'at', ms: rounded((t - startT) / 1000) }, step };
  });
  const lastMs = Math.max(
    0,
    ...timeline.map(({ trigger, step }) => endOf(trigger.kind === 'at' ? trigger.ms : 0, step)),
  );
  return {
    name: 'what-was-done',
    seed: world.seed,
    // Which port it had says nothing of what was done.
    world: { ...asItWas(world, before), port: null },
    bug: null,
    steady: { conditions: [steadyByDefault], withinMs: 30_000 },
    timeline: timeline.filter(({ trigger }) => trigger.kind === 'at' && trigger.ms < runMsMax),
    stop: [],
    runMs: Math.min(runMsMax, Math.ceil((lastMs + tailMs) / 1000) * 1000),
    expect: {
      ...{ blastRadius: null, errors: { all: null, inside: null, outside: null } },
      ...{
        detectWithinMs: null,
        recoverWithinMs: null,
        queueAgeMs: null,
        jobsRerun: null,
        jobsDead: null,
        goodput: null,
      },
      ...{ invariants: 'all', violated: [] },
    },
  };
}

/** The world with the policies and the traffic that it had when the scenario begins. */
function asItWas(world: World, before: readonly Event[]): World {
  let { policies, traffic } = world;
  for (const event of before) {
    if (event.kind === 'policy.changed') policies = { ...policies, [String(event['name'])]: String(event['value']) };
    const action = actionOf(event);
    if (action?.do === 'traffic') traffic = { ...traffic, ...trafficChange(action), mix: action.mix ?? traffic.mix };
  }
  return { ...world, policies, traffic };
}

function trafficChange({ on, rps, skew }: TrafficArgs) {
  return {
    ...(on === undefined ? {} : { on }),
    ...(rps === undefined ? {} : { rps }),
    ...(skew === undefined ? {} : { skew }),
  };
}

function stepOf(event: Event, ends: ReadonlyMap<unknown, number>): Step | null {
  if (event.kind === 'policy.changed')
    return { kind: 'set', policy: String(event['name']) as PolicyName, value: String(event['value']) };
  if (event.kind === 'fault.injected') return faultOf(event, ends.get(event['fault']) ?? null);
  const action = actionOf(event);
  return action && { kind: 'action', action };
}

/** A fault that was ended lasts for as long as it did, whoever ended it; one that its service repaired, or that goes on, has no end of its own. */
function faultOf(event: Event, endT: number | null): Step | null {
  const kind = faultKinds.find((each) => each.kind === event['what']);
  if (!kind) return null;
  const settings = (event['settings'] ?? {}) as Readonly<Record<string, string | number | boolean>>;
  const usual = new Map<string, unknown>(kind.settings.map(({ name, default: value }) => [name, value]));
  return {
    kind: 'fault',
    fault: kind.kind,
    target: String(event['target']),
    settings: Object.fromEntries(Object.entries(settings).filter(([name, value]) => usual.get(name) !== value)),
    forMs: endT === null ? null : Math.max(100, rounded((endT - event.t) / 1000)),
    hold: event['hold'] === true && endT === null,
  };
}

function actionOf(event: Event): Action | null {
  if (event.kind !== 'action.done') return null;
  const args = event['args'] as Readonly<Record<string, string | null>>;
  const { tenant, cell, target } = args;
  switch (event['method']) {
    case 'restart':
      return { do: 'restart', target: String(target) };
    case 'tenant.add':
      return { do: 'tenant-add', tenant: String(tenant), cell: cell ?? null };
    case 'tenant.override':
      return overrideOf(String(tenant), args['override'] ?? null);
    case 'tenant.move':
      return moveOf(String(tenant), String(cell), args['as'] ?? 'move');
    case 'cell.empty':
      return args['how'] === 'off' ? null : { do: args['how'] === 'drain' ? 'drain' : 'evacuate', cell: String(cell) };
    case 'redrive':
      return { do: 'redrive', cell: String(cell) };
    case 'scale': {
      const { service, count } = event['args'] as { service: 'web' | 'worker' | 'xl'; count: number };
      return { do: 'scale', cell: String(cell), service, count };
    }
    case 'traffic.set': {
      const { on, rps, skew, mix } = event['args'] as TrafficArgs;
      const whole = mix && Object.keys(mix).length === 4;
      return { do: 'traffic', ...trafficChange({ on, rps, skew }), ...(whole ? { mix } : {}) };
    }
    default:
      return null;
  }
}

/** Taking an override away again has no words in a timeline yet. */
function overrideOf(tenant: string, override: string | null): Action | null {
  if (override === 'pinned') return { do: 'pin', tenant, cell: null };
  return override === 'quarantined' ? { do: 'quarantine', tenant, to: null } : null;
}

function moveOf(tenant: string, cell: string, as: string): Action {
  if (as === 'pin') return { do: 'pin', tenant, cell };
  return as === 'quarantine' ? { do: 'quarantine', tenant, to: cell } : { do: 'move', tenant, to: cell };
}

function endOf(atMs: number, step: Step): number {
  return atMs + (step.kind === 'fault' ? (step.forMs ?? 0) : 0);
}

/** To a tenth of a second: what a hand does is no more exact. */
function rounded(ms: number): number {
  return Math.round(ms / 100) * 100;
}
