import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { jsonSchemaText } from '../../../sim/scenario/json-schema.ts';
import { parseScenarioFile, readScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { printProblems } from '../../../sim/world/read-file.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';
import { fuzzFiles } from '../../support/fuzz-files.ts';

const root = join(import.meta.dirname, '../../..');
const scenarios = join(root, 'fixtures/scenarios');
const invalid = join(root, 'fixtures/invalid/scenarios');

/** Parses a file of these lines after the two that every one begins with. */
function parse(lines: string): Scenario {
  const outcome = parseScenarioFile(Buffer.from(`petri: 1\nname: some\n${lines}\n`));
  if (outcome.kind === 'invalid') throw new Error(printProblems('some.yaml', outcome.problems).join('\n'));
  if (outcome.kind !== 'scenario') throw new Error(`it was taken for a ${outcome.kind}`);
  return outcome.scenario;
}

describe('the scenarios that Petri ships', () => {
  test.each(readdirSync(scenarios))('%s is valid and names its schema', async (file) => {
    const outcome = await readScenarioFile(join(scenarios, file));
    expect(outcome).toMatchObject({ kind: 'scenario', scenario: { name: file.replace('.yaml', '') } });
    expect(readFileSync(join(scenarios, file), 'utf8')).toMatch(
      /^# yaml-language-server: \$schema=\.\.\/\.\.\/scenario\.schema\.json\n/,
    );
  });

  test('kill-one-cell is what it says', async () => {
    const outcome = await readScenarioFile(join(scenarios, 'kill-one-cell.yaml'));
    expect(outcome).toMatchObject({
      scenario: {
        seed: 7,
        world: { cells: 3, tenants: 60, seed: 7, cell: { replaceAfterMs: 2000 }, traffic: { on: true, rps: 40 } },
        timeline: [
          {
            trigger: { kind: 'at', ms: 10_000 },
            step: { kind: 'fault', fault: 'kill', target: 'b', settings: {}, forMs: 10_000, hold: false },
          },
        ],
        runMs: 60_000,
        expect: { blastRadius: 0.34, errors: { outside: 0, all: null }, recoverWithinMs: 15_000, invariants: 'all' },
      },
    });
  });
});

test('the shortest scenario has the default world, waits for calm, and expects every invariant', () => {
  expect(parse('run: 30s')).toEqual({
    name: 'some',
    seed: 1,
    world: defaultWorld({ name: 'some' }),
    bug: null,
    steady: {
      conditions: [{ text: 'mood = calm', metric: 'mood', cell: null, operator: '=', value: 'calm' }],
      withinMs: 30_000,
    },
    timeline: [],
    stop: [],
    runMs: 30_000,
    expect: {
      blastRadius: null,
      errors: { all: null, inside: null, outside: null },
      detectWithinMs: null,
      recoverWithinMs: null,
      queueAgeMs: null,
      jobsRerun: null,
      jobsDead: null,
      goodput: null,
      invariants: 'all',
      violated: [],
    },
  });
});

describe('a timeline', () => {
  const stepsOf = (entries: string) =>
    parse(`run: 1m\ntimeline:\n${entries}`).timeline.map(({ trigger, step }) => ({ trigger, step }));
  const at = { kind: 'at', ms: 1000 } as const;

  test('names the line of each entry', () => {
    const { timeline } = parse('run: 1m\ntimeline:\n  - {at: 1s, heal: all}\n\n  - {at: 2s, heal: all}');
    expect(timeline.map(({ line }) => line)).toEqual([5, 7]);
  });

  test.each([
    [
      '{fault: latency, target: router->b, latency: 300ms, for: 5s}',
      { kind: 'fault', fault: 'latency', target: 'router->b', settings: { latency: 300 }, forMs: 5000, hold: false },
    ],
    ['{fault: map-down}', { kind: 'fault', fault: 'map-down', target: 'map', settings: {}, forMs: null, hold: false }],
    [
      '{fault: kill, target: b/web/1, hold: true}',
      { kind: 'fault', fault: 'kill', target: 'b/web/1', settings: {}, forMs: null, hold: true },
    ],
    ['{heal: all}', { kind: 'heal', target: null }],
    ['{set: {maxReceives: 5}}', { kind: 'set', policy: 'maxReceives', value: '5' }],
    ['{restart: b/worker/1}', { kind: 'action', action: { do: 'restart', target: 'b/worker/1' } }],
    ['{restart: b/xl/1}', { kind: 'action', action: { do: 'restart', target: 'b/xl/1' } }],
    ['{tenantAdd: {tenant: acme}}', { kind: 'action', action: { do: 'tenant-add', tenant: 'acme', cell: null } }],
    ['{pin: {tenant: t01}}', { kind: 'action', action: { do: 'pin', tenant: 't01', cell: null } }],
    ['{quarantine: {tenant: t01, to: c}}', { kind: 'action', action: { do: 'quarantine', tenant: 't01', to: 'c' } }],
    ['{move: {tenant: t21, to: a}}', { kind: 'action', action: { do: 'move', tenant: 't21', to: 'a' } }],
    ['{drain: b}', { kind: 'action', action: { do: 'drain', cell: 'b' } }],
    ['{evacuate: b}', { kind: 'action', action: { do: 'evacuate', cell: 'b' } }],
    ['{redrive: b}', { kind: 'action', action: { do: 'redrive', cell: 'b' } }],
    [
      '{scale: {cell: b, service: web, count: 4}}',
      { kind: 'action', action: { do: 'scale', cell: 'b', service: 'web', count: 4 } },
    ],
    ['{traffic: {rate: 80rps}}', { kind: 'action', action: { do: 'traffic', rps: 80 } }],
    ['{traffic: {on: false}}', { kind: 'action', action: { do: 'traffic', on: false } }],
  ])('%s', (entry, step) => {
    expect(stepsOf(`  - ${entry.replace('{', '{at: 1s, ')}`)).toEqual([{ trigger: at, step }]);
  });

  test('an entry that sets two policies is two steps of one moment', () => {
    expect(stepsOf('  - {at: 1s, set: {fence: off, dispatch: lifo}}')).toEqual([
      { trigger: at, step: { kind: 'set', policy: 'dispatch', value: 'lifo' } },
      { trigger: at, step: { kind: 'set', policy: 'fence', value: 'off' } },
    ]);
  });

  test('can begin after an event or on a condition', () => {
    const steps = stepsOf(
      '  - {after: {event: write.committed, cell: b, count: 7}, heal: all}\n  - {when: b.p99 > 300ms, heal: all}',
    );
    expect(steps.map(({ trigger }) => trigger)).toEqual([
      { kind: 'after', event: 'write.committed', match: { cell: 'b' }, count: 7 },
      {
        kind: 'when',
        condition: { text: 'b.p99 > 300ms', metric: 'p99', cell: 'b', operator: '>', value: 300 },
      },
    ]);
  });

  test('may hurt a task that it has scaled up to, and move a tenant that it has added', () => {
    const steps = stepsOf(
      '  - {at: 1s, scale: {cell: b, service: web, count: 4}}\n  - {at: 5s, fault: kill, target: b/web/4}\n' +
        '  - {at: 1s, tenantAdd: {tenant: acme}}\n  - {at: 5s, move: {tenant: acme, to: c}}',
    );
    expect(steps).toHaveLength(4);
  });
});

describe('wrong files', () => {
  const files = readdirSync(invalid);

  test('there are enough of them', () => {
    expect(files.length).toBeGreaterThanOrEqual(60);
  });

  test.each(files)('%s is told all that is wrong, and where', async (file) => {
    const path = join(invalid, file);
    const expected = readFileSync(path, 'utf8')
      .split('\n')
      .flatMap((line) => (line.startsWith('# expect: ') ? [`${file}:${line.slice('# expect: '.length)}`] : []));
    const outcome = await readScenarioFile(path);
    expect(outcome.kind).toBe('invalid');
    if (outcome.kind === 'invalid') expect(printProblems(file, outcome.problems)).toEqual(expected);
  });

  test('501 entries are too many', () => {
    const entries = '  - {at: 1s, heal: all}\n'.repeat(501);
    const outcome = parseScenarioFile(Buffer.from(`petri: 1\nname: some\nrun: 5s\ntimeline:\n${entries}`));
    expect(outcome.kind === 'invalid' && outcome.problems.map(({ message }) => message)).toEqual([
      'must have at most 500 entries, not 501',
    ]);
  });

  test('a world is told apart from a broken scenario', () => {
    expect(parseScenarioFile(Buffer.from('petri: 1\ncells: 3\n'))).toEqual({ kind: 'world' });
  });
});

test('mutated files are refused with place and sentence, or valid, and never hang', () => {
  const { failures, valid, refused } = fuzzFiles('scenario', 400, 7);
  expect(failures).toEqual([]);
  expect(valid + refused).toBe(400);
});

test('scenario.schema.json is what the schema says now', () => {
  expect(readFileSync(join(root, 'scenario.schema.json'), 'utf8')).toBe(jsonSchemaText());
});
