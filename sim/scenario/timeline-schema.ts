import { z } from 'zod';
import { faultKinds } from '../faults/catalogue.ts';
import { quote } from '../world/quantities.ts';
import { duration, section, text, whole, words } from '../world/schema-kit.ts';
import { policiesSection, trafficSection } from '../world/schema.ts';
import { didYouMean } from '../world/suggest.ts';
import { eventKindNames } from './event-kinds.ts';
import { onlyTarget, settingsShape } from './fault-section.ts';

/** A scenario's clock runs for at most an hour. */
export const runMsMax = 3_600_000;

const anyText = (what: string) => text(/^[^\0]{1,200}$/, what);
const target = () =>
  anyText('a target, such as b, b/web/1 or router->b').describe('A cell, parts or links: b, b/web/1, router->b');
const cell = () => text(/^[a-z]$/, 'the id of a cell, such as b').describe('A cell');
const tenant = () => text(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the id of a tenant, such as t21').describe('A tenant');

const scalar = z.union([z.string(), z.number(), z.boolean()], {
  error: (issue) => `must be text, a number, true or false, not ${quote(issue.input)}`,
});

/** Exactly one of these begins an entry. */
export const triggerShape = {
  at: duration({ min: 0, max: runMsMax }, "A time of the scenario's clock").optional(),
  after: z
    .object(
      {
        event: z
          .enum(eventKindNames, {
            error: ({ input }) =>
              `must be a kind of event, such as write.committed, not ${quote(input)}${didYouMean(String(input), eventKindNames)}`,
          })
          .describe('A kind of event'),
        count: whole(1, 1_000_000, 'The how-manieth of them since the clock began').default(1),
      },
      {
        error: (issue) => (issue.code === 'invalid_type' ? `must be a mapping, not ${quote(issue.input)}` : undefined),
      },
    )
    .catchall(scalar)
    .describe(
      'An event that was recorded: its kind, fields that must be equal, such as cell: b, and which of them it is',
    )
    .optional(),
  when: anyText('a condition, such as b.queue.standard.waiting > 100')
    .describe('A condition, looked at four times a second: METRIC < | <= | > | >= | = | != VALUE')
    .optional(),
};

/** What an entry does, each under the key that says it. A fault's entry differs by its kind: {@link faultShape}. */
export const stepShapes = {
  heal: anyText('a kind of fault, a target, or all').describe(
    'Ends faults: those of a kind, those on a target, or all',
  ),
  set: policiesSection.describe('Sets policies'),
  restart: target(),
  tenantAdd: section({ tenant: tenant(), cell: cell().optional() }).describe('Places a new tenant'),
  pin: section({ tenant: tenant(), cell: cell().optional() }).describe('Holds a tenant where it is, or in a cell'),
  quarantine: section({ tenant: tenant(), to: cell().optional() }).describe(
    'Lets the router refuse a tenant, or moves it into a cell of its own',
  ),
  move: section({ tenant: tenant(), to: cell() }).describe('Moves a tenant with its data'),
  drain: cell(),
  evacuate: cell(),
  scale: section({
    cell: cell(),
    service: words(['web', 'worker', 'xl'], 'A service'),
    count: whole(0, 16, 'How many tasks it has from now on'),
  }).describe('Sets how many tasks a service has'),
  redrive: cell(),
  traffic: section({
    on: trafficSection.shape.on.unwrap().optional(),
    rate: trafficSection.shape.rate.unwrap().optional(),
    mix: trafficSection.shape.mix,
    skew: trafficSection.shape.skew.unwrap().optional(),
  }).describe("Changes what Petri's own clients send"),
} as const;

export type StepKey = keyof typeof stepShapes;
export const stepKeys = Object.keys(stepShapes) as readonly StepKey[];

/** The keys of an entry that injects a fault of this kind. */
export function faultShape(kind: (typeof faultKinds)[number]) {
  const only = onlyTarget(kind);
  return {
    fault: z.literal(kind.kind).describe(kind.summary),
    target: only === null ? target() : target().default(only),
    for: duration({ min: 100, max: runMsMax }, 'It ends by itself after so long').optional(),
    hold: z
      .boolean({ error: (issue) => `must be true or false, not ${quote(issue.input)}` })
      .describe('Nothing of it is replaced until it ends')
      .default(false),
    ...settingsShape(kind),
  };
}

/** An entry of the timeline, for editors. It is read by `timeline-file.ts`, which knows what was meant where something is wrong. */
export function timelineEntryJsonSchema(): Record<string, unknown> {
  const triggers = Object.keys(triggerShape);
  const variants = [...faultKinds.map(faultShape), ...stepKeys.map((key) => ({ [key]: stepShapes[key] }))].map(
    (shape) => {
      const { properties, ...variant } = jsonOf(z.strictObject(shape));
      return { ...variant, properties: { ...Object.fromEntries(triggers.map((key) => [key, true])), ...properties } };
    },
  );
  return {
    ...jsonOf(z.looseObject(triggerShape)),
    oneOf: triggers.map((key) => ({ required: [key] })),
    anyOf: variants,
  };
}

function jsonOf(schema: z.ZodType): { readonly properties: Record<string, unknown> } {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return json as { readonly properties: Record<string, unknown> };
}
