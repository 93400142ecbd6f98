import { z } from 'zod';
import { invariantIds } from '../judge/contract.ts';
import { quote, seedRange } from '../world/quantities.ts';
import { plannedEstate } from '../world/planned-estate.ts';
import { tenantIds } from '../world/population.ts';
import { duration, section, share, text, whole, words } from '../world/schema-kit.ts';
import { explainIssues, type FileIssue } from '../world/schema-issues.ts';
import { checkWhole, policiesSection, toWorld, trafficSection, worldSections } from '../world/schema.ts';
import type { World } from '../world/world.ts';
import { checkStep } from './check-step.ts';
import { parseCondition } from './condition.ts';
import type { Condition, Expectations, Scenario, TimelineEntry } from './scenario.ts';
import { readEntry } from './timeline-file.ts';
import { runMsMax, timelineEntryJsonSchema } from './timeline-schema.ts';

const entriesMax = 500;
const steadyByDefault = ['mood = calm'];

const namePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;
const within = (what: string) => duration({ min: 0, max: runMsMax }, what).optional();
const count = (what: string) => whole(0, 1_000_000_000, what).optional();

const listOf = <Item extends z.ZodType>(item: Item, max: number, what: string) => {
  const error = (issue: { readonly input?: unknown }) =>
    Array.isArray(issue.input)
      ? `must have at most ${max} entries, not ${issue.input.length}`
      : `must be a list of ${what}, not ${quote(issue.input)}`;
  return z.array(item, { error }).max(max, { error });
};

const conditions = () =>
  listOf(text(/^[^\0]{1,200}$/, 'a condition, such as b.rps > 10'), 20, 'conditions').describe(
    'Conditions: METRIC < | <= | > | >= | = | != VALUE',
  );
const invariants = () => listOf(words(invariantIds, 'An invariant'), invariantIds.length, 'invariants');

const expectSection = section({
  blastRadius: share('At most this share of all tenants was hit').optional(),
  errors: section({
    all: count('At most so many attempts with an error'),
    inside: count('At most so many, of tenants that a fault was predicted to hit'),
    outside: count('At most so many, of all other tenants'),
  }).prefault({}),
  detectWithin: within('A router found the cell down at most so long after the fault took'),
  recoverWithin: within('All was well again at most so long after the last fault was gone'),
  queueAge: within('No job of the standard queue waited for longer before it was received'),
  jobsRerun: count('At most so many deliveries of a job after its first'),
  jobsDead: count('At most so many jobs were dead-lettered'),
  goodput: share('At least this share of the offered requests was answered well').optional(),
  invariants: z
    .union([z.literal('all'), invariants()], {
      error: (issue) =>
        Array.isArray(issue.input)
          ? `must be all, or a list of ${invariantIds.join(', ')}`
          : `must be all, or a list of invariants, not ${quote(issue.input)}`,
    })
    .describe('Which invariants must hold: all, or only those named')
    .default('all'),
  violated: invariants().describe('Invariants that this scenario is there to break').prefault([]),
}).describe('What is measured must not pass these figures');

/** A scenario file, as a person writes it. The entries of `timeline:` are read by `timeline-file.ts`. */
export const scenarioFileSchema = z
  .strictObject(
    {
      petri: z
        .literal(1, {
          error: (issue) =>
            issue.input === undefined
              ? 'is missing: a scenario file begins with petri: 1'
              : `must be 1, the only format there is, not ${quote(issue.input)}`,
        })
        .describe('The format of this file'),
      name: text(namePattern, 'a name of at most 64 small letters, digits and hyphens').describe(
        'The name of the scenario',
      ),
      world: section(worldSections).describe('The world: a world file without petri, name and seed').prefault({}),
      seed: whole(seedRange.min, seedRange.max, 'Reproduces the plan: who sends what, and when').default(1),
      traffic: trafficSection.describe("What Petri's own clients send").optional(),
      policies: policiesSection.describe('Policies that differ from their defaults').optional(),
      bug: text(namePattern, 'the name of a planted bug')
        .describe('A planted bug that is put in: petri bugs')
        .optional(),
      steady: section({
        conditions: conditions().prefault(steadyByDefault),
        within: duration({ min: 0, max: 600_000 }, 'How long they may take to come true').prefault('30s'),
      })
        .describe('What must be so before the clock begins')
        .prefault({}),
      timeline: listOf(z.unknown().meta(timelineEntryJsonSchema()), entriesMax, 'entries')
        .describe('What is done when: each entry has at:, after: or when:, and a fault, heal:, set: or an action')
        .prefault([]),
      stop: conditions().describe('Where one of them comes true the run is stopped: inconclusive').prefault([]),
      run: duration({ min: 100, max: runMsMax }, 'How long the clock runs; then everything is healed and read back'),
      expect: expectSection.prefault({}),
    },
    { error: (issue) => (issue.code === 'invalid_type' ? `must be a mapping, not ${quote(issue.input)}` : undefined) },
  )
  .superRefine((file, context) => {
    const say = (path: readonly (string | number)[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    // What stands beside `world:` is spoken of where it stands.
    const placed = (path: readonly (string | number)[]) =>
      path[0] === 'traffic' && file.traffic ? path : ['world', ...path];
    checkWhole(withOwn(file), (path, message) => say(placed(path), message));
  });

type ScenarioFile = z.output<typeof scenarioFileSchema>;

/** The world's sections with the scenario's own traffic and policies in their place. */
function withOwn({ world, traffic, policies }: ScenarioFile): ScenarioFile['world'] {
  return { ...world, traffic: traffic ?? world.traffic, policies: policies ?? world.policies };
}

export type CheckedScenario =
  | { readonly ok: true; readonly scenario: Scenario }
  | { readonly ok: false; readonly issues: readonly FileIssue[] };

/** Checks a scenario given as plain data, and fills in the defaults. Everything that is wrong is told at once. */
export function checkScenario(data: unknown, lineOf: (path: readonly (string | number)[]) => number): CheckedScenario {
  const parsed = scenarioFileSchema.safeParse(data);
  const issues: FileIssue[] = [...statedTwice(data)];
  if (!parsed.success) issues.push(...explainIssues(parsed.error, scenarioFileSchema, 'a scenario file'));
  const world = parsed.success ? worldOf(parsed.data) : worldAlone(data);
  const cells = world && plannedEstate(world).cells;
  const timeline = readTimeline(data, cells, lineOf, issues);
  const steady = readConditions(data, ['steady', 'conditions'], cells, issues) ?? readDefault(cells);
  const stop = readConditions(data, ['stop'], cells, issues) ?? [];
  if (world) checkNames(world, timeline, issues);
  checkTimes(data, timeline, issues);
  if (!parsed.success || !world || issues.length > 0) return { ok: false, issues };
  const { name, seed, bug, run } = parsed.data;
  return {
    ok: true,
    scenario: {
      name,
      seed,
      world,
      bug: bug ?? null,
      steady: { conditions: steady, withinMs: Number(parsed.data.steady.within) },
      timeline: timeline.map(({ entry }) => entry),
      stop,
      runMs: Number(run),
      expect: toExpectations(parsed.data.expect),
    },
  };
}

function worldOf(file: ScenarioFile): World {
  return toWorld({ ...withOwn(file), name: file.name.slice(0, 32).replace(/-+$/, ''), seed: file.seed });
}

/** The world of a file that is wrong elsewhere: so that the rest of it can be checked against it all the same. */
function worldAlone(data: unknown): World | null {
  const parsed = section(worldSections).safeParse(objectOf(objectOf(data)['world'] ?? {}));
  return parsed.success ? toWorld({ ...parsed.data, name: 'world', seed: 1 }) : null;
}

interface PlacedEntry {
  readonly path: readonly (string | number)[];
  readonly entry: TimelineEntry;
}

function readTimeline(
  data: unknown,
  cells: readonly string[] | null,
  lineOf: (path: readonly (string | number)[]) => number,
  issues: FileIssue[],
): readonly PlacedEntry[] {
  const raw = objectOf(data)['timeline'];
  if (!Array.isArray(raw)) return [];
  return raw.slice(0, entriesMax).flatMap((each: unknown, index) => {
    const path = ['timeline', index];
    const outcome = readEntry(each, path, lineOf(path), cells);
    if (outcome.ok) return outcome.entries.map((entry) => ({ path, entry }));
    issues.push(...outcome.issues);
    return [];
  });
}

function readConditions(
  data: unknown,
  path: readonly string[],
  cells: readonly string[] | null,
  issues: FileIssue[],
): readonly Condition[] | null {
  const raw = path.reduce<unknown>((at, key) => objectOf(at)[key], data);
  if (!Array.isArray(raw)) return null;
  return raw.slice(0, 20).flatMap((each: unknown, index) => {
    if (typeof each !== 'string') return [];
    const condition = parseCondition(each, cells);
    if (condition.ok) return [condition.value];
    issues.push({ path: [...path, index], message: condition.error, atKey: false });
    return [];
  });
}

function readDefault(cells: readonly string[] | null): readonly Condition[] {
  return steadyByDefault.flatMap((text) => {
    const condition = parseCondition(text, cells);
    return condition.ok ? [condition.value] : [];
  });
}

function checkNames(world: World, timeline: readonly PlacedEntry[], issues: FileIssue[]): void {
  const actions = timeline.flatMap(({ entry: { step } }) => (step.kind === 'action' ? [step.action] : []));
  const scaled: Record<string, number> = {};
  const tenants = new Set(tenantIds(world));
  for (const action of actions) {
    if (action.do === 'tenant-add') tenants.add(action.tenant);
    if (action.do !== 'scale') continue;
    const service = `${action.cell}/${action.service}`;
    scaled[service] = Math.max(scaled[service] ?? 0, action.count);
  }
  const estate = plannedEstate(world, scaled);
  const entries = timeline.map(({ entry }) => entry);
  for (const { path, entry } of timeline)
    for (const problem of checkStep(entry.step, entries, { estate, tenants }))
      issues.push({ path: [...path, ...problem.path], message: problem.message, atKey: false });
}

function checkTimes(data: unknown, timeline: readonly PlacedEntry[], issues: FileIssue[]): void {
  const run = scenarioFileSchema.shape.run.safeParse(objectOf(data)['run']);
  if (!run.success) return;
  for (const { path, entry } of timeline)
    if (entry.trigger.kind === 'at' && entry.trigger.ms >= Number(run.data))
      issues.push({
        path: [...path, 'at'],
        message: `must be before the run is over (run: ${String(objectOf(data)['run'])})`,
        atKey: false,
      });
}

/** Traffic and policies stand in one place. */
function statedTwice(data: unknown): readonly FileIssue[] {
  const file = objectOf(data);
  return ['traffic', 'policies']
    .filter((key) => file[key] !== undefined && objectOf(file['world'])[key] !== undefined)
    .map((key) => ({ path: ['world', key], message: `is there beside ${key}: keep one of them`, atKey: true }));
}

function toExpectations(file: ScenarioFile['expect']): Expectations {
  const figure = (value: unknown) => (value === undefined ? null : Number(value));
  const { all, inside, outside } = file.errors;
  return {
    blastRadius: figure(file.blastRadius),
    errors: { all: figure(all), inside: figure(inside), outside: figure(outside) },
    detectWithinMs: figure(file.detectWithin),
    recoverWithinMs: figure(file.recoverWithin),
    queueAgeMs: figure(file.queueAge),
    jobsRerun: file.jobsRerun ?? null,
    jobsDead: file.jobsDead ?? null,
    goodput: figure(file.goodput),
    invariants: file.invariants,
    violated: file.violated,
  };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
