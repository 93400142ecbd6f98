import { Document, isMap, isSeq, visit } from 'yaml';
import { faultKinds } from '../faults/catalogue.ts';
import { mixOf, policiesOf, printRate, printShare, trafficOf, worldSectionsOf } from '../world/print-world.ts';
import { printDuration } from '../world/quantities.ts';
import type { Action, Expectations, Scenario, Step, TimelineEntry, Trigger } from './scenario.ts';

type Plain = Readonly<Record<string, unknown>>;

/** A scenario as the text of its file: reading it again gives the same scenario. `comment`: lines above it. */
export function printScenario(scenario: Scenario, comment: readonly string[] = []): string {
  const document = new Document(fileOf(scenario));
  const timeline = document.get('timeline');
  // One line for each key and for each entry of the timeline, as a person would write it.
  visit(document, {
    Collection(_key, node) {
      if (node !== document.contents && node !== timeline) node.flow = true;
    },
  });
  if (isSeq(timeline) && !timeline.items.some(isMap)) document.delete('timeline');
  const text = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  return `${comment.map((line) => `# ${line}\n`).join('')}${text}`;
}

function fileOf(scenario: Scenario): Plain {
  const { name, seed, bug, steady, timeline, stop, runMs, expect } = scenario;
  const { traffic: _, policies: __, ...world } = worldSectionsOf(scenario.world);
  return {
    petri: 1,
    name,
    world,
    seed,
    traffic: trafficOf(scenario.world),
    ...(Object.keys(scenario.world.policies).length === 0 ? {} : { policies: policiesOf(scenario.world.policies) }),
    ...(bug === null ? {} : { bug }),
    steady: { conditions: steady.conditions.map(({ text }) => text), within: printDuration(steady.withinMs) },
    timeline: timeline.map(entryOf),
    ...(stop.length === 0 ? {} : { stop: stop.map(({ text }) => text) }),
    run: printDuration(runMs),
    expect: expectOf(expect),
  };
}

function entryOf({ trigger, step }: TimelineEntry): Plain {
  return { ...triggerOf(trigger), ...stepOf(step) };
}

function triggerOf(trigger: Trigger): Plain {
  switch (trigger.kind) {
    case 'at':
      return { at: printDuration(trigger.ms) };
    case 'after':
      return { after: { event: trigger.event, ...trigger.match, count: trigger.count } };
    case 'when':
      return { when: trigger.condition.text };
  }
}

function stepOf(step: Step): Plain {
  switch (step.kind) {
    case 'fault':
      return {
        fault: step.fault,
        target: step.target,
        ...settingsOf(step),
        ...(step.forMs === null ? {} : { for: printDuration(step.forMs) }),
        ...(step.hold ? { hold: true } : {}),
      };
    case 'heal':
      return { heal: step.target ?? 'all' };
    case 'set':
      return { set: policiesOf({ [step.policy]: step.value }) };
    case 'action':
      return actionOf(step.action);
  }
}

function settingsOf({ fault, settings }: Step & { kind: 'fault' }): Plain {
  const kind = faultKinds.find((each) => each.kind === fault);
  const said = (name: string, value: string | number | boolean) => {
    switch (kind?.settings.find((each) => each.name === name)?.type) {
      case 'durationMs':
        return printDuration(Number(value));
      case 'share':
        return printShare(Number(value));
      default:
        return value;
    }
  };
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, said(name, value)]));
}

function actionOf(action: Action): Plain {
  switch (action.do) {
    case 'restart':
      return { restart: action.target };
    case 'tenant-add':
      return { tenantAdd: { tenant: action.tenant, ...given('cell', action.cell) } };
    case 'pin':
      return { pin: { tenant: action.tenant, ...given('cell', action.cell) } };
    case 'quarantine':
      return { quarantine: { tenant: action.tenant, ...given('to', action.to) } };
    case 'move':
      return { move: { tenant: action.tenant, to: action.to } };
    case 'drain':
    case 'evacuate':
    case 'redrive':
      return { [action.do]: action.cell };
    case 'scale':
      return { scale: { cell: action.cell, service: action.service, count: action.count } };
    case 'traffic':
      return {
        traffic: {
          ...given('on', action.on),
          ...given('rate', action.rps === undefined ? undefined : printRate(action.rps)),
          ...given('mix', action.mix === undefined ? undefined : mixOf(action.mix)),
          ...given('skew', action.skew),
        },
      };
  }
}

function expectOf(expect: Expectations): Plain {
  const { all, inside, outside } = expect.errors;
  const errors = { ...given('all', all), ...given('inside', inside), ...given('outside', outside) };
  const duration = (key: string, ms: number | null) => (ms === null ? {} : { [key]: printDuration(ms) });
  return {
    ...given('blastRadius', expect.blastRadius === null ? null : printShare(expect.blastRadius)),
    ...(Object.keys(errors).length === 0 ? {} : { errors }),
    ...duration('detectWithin', expect.detectWithinMs),
    ...duration('recoverWithin', expect.recoverWithinMs),
    ...duration('queueAge', expect.queueAgeMs),
    ...given('jobsRerun', expect.jobsRerun),
    ...given('jobsDead', expect.jobsDead),
    ...given('goodput', expect.goodput === null ? null : printShare(expect.goodput)),
    invariants: expect.invariants,
    ...(expect.violated.length === 0 ? {} : { violated: expect.violated }),
  };
}

function given(key: string, value: unknown): Plain {
  return value === null || value === undefined ? {} : { [key]: value };
}
