import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import { printScenario } from '../../../sim/scenario/print.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { printWorld } from '../../../sim/world/print-world.ts';
import { parseWorldFile } from '../../../sim/world/world-file.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures');

function parse(text: string): Scenario {
  const outcome = parseScenarioFile(Buffer.from(text));
  if (outcome.kind !== 'scenario') throw new Error(JSON.stringify(outcome));
  return outcome.scenario;
}

/** Without the lines of its entries: a file that is printed has others. */
function withoutLines(scenario: Scenario): Scenario {
  return { ...scenario, timeline: scenario.timeline.map((entry) => ({ ...entry, line: 0 })) };
}

const everything = `
petri: 1
name: everything
world:
  cells: 4
  tenants: 50
  routers: 2
  tenantFrom: path
  engine: embedded
  cell: {web: 3, worker: 2, maxTenants: 20, replaceAfter: 1500ms, xlAbove: 500, auroraFailover: 3s, volumeSize: 100MiB, sizes: {web: {cpus: 0.5, memory: 256MiB}}}
seed: 42
traffic: {rate: 12.5rps, mix: {read: 33.3%, write: 33.3%, job: 33.4%}, skew: 0}
policies: {fence: off, maxReceives: 5, visibility: 2500ms}
bug: ack-before-commit
steady: {conditions: [mood = calm, "*.errors < 1%"], within: 45s}
timeline:
  - {at: 0s, fault: partition, target: b/web/1->b/aurora, direction: to, for: 1500ms}
  - {at: 0s, fault: latency, target: router->b, latency: 300ms, jitter: 0ms}
  - {after: {event: write.committed, cell: b, replayed: false, count: 7}, fault: kill, target: b/aurora/writer, hold: true}
  - {after: {event: move.copied, tenant: t21}, heal: latency}
  - {when: b.queue.standard.oldestAge >= 1500ms, set: {fence: on}}
  - {when: "*.health != serving", heal: all}
  - {at: 1s, tenantAdd: {tenant: acme, cell: c}}
  - {at: 2s, move: {tenant: acme, to: a}}
  - {at: 3s, pin: {tenant: t01}}
  - {at: 3s, quarantine: {tenant: t02, to: d}}
  - {at: 4s, drain: b}
  - {at: 5s, evacuate: c}
  - {at: 6s, restart: b}
  - {at: 7s, scale: {cell: a, service: worker, count: 0}}
  - {at: 8s, redrive: a}
  - {at: 9s, traffic: {on: true, rate: 100rps, mix: {read: 100%}, skew: 1.5}}
stop: [faults.open > 5]
run: 90s
expect:
  blastRadius: 12.5%
  errors: {all: 100, inside: 99, outside: 0}
  detectWithin: 1500ms
  recoverWithin: 20s
  queueAge: 9s
  jobsRerun: 3
  jobsDead: 0
  goodput: 95%
  invariants: [no-lost-write, one-home]
  violated: [row-order]
`;

const files = readdirSync(join(fixtures, 'scenarios')).map(
  (file) => [file, readFileSync(join(fixtures, 'scenarios', file), 'utf8')] as const,
);

test.each([...files, ['everything that a scenario can say', everything] as const])(
  '%s, printed and read again, is the same scenario',
  (_, text) => {
    const scenario = parse(text);
    expect(withoutLines(parse(printScenario(scenario)))).toEqual(withoutLines(scenario));
  },
);

test('an entry is printed as one line, and comments stand above', () => {
  const text = printScenario(parse(everything), ['found by petri search', 'seed 42']);
  expect(text.split('\n').slice(0, 3)).toEqual(['# found by petri search', '# seed 42', 'petri: 1']);
  expect(text).toContain('\n  - {when: "*.health != serving", heal: all}\n');
  expect(text).toContain('\n  - {at: 2s, move: {tenant: acme, to: a}}\n');
});

test.each(readdirSync(join(fixtures, 'worlds')))('the world %s, printed and read again, is the same world', (file) => {
  const outcome = parseWorldFile(readFileSync(join(fixtures, 'worlds', file)));
  if (outcome.kind !== 'world') throw new Error(JSON.stringify(outcome));
  expect(parseWorldFile(Buffer.from(printWorld(outcome.world)))).toMatchObject({ kind: 'world', world: outcome.world });
});
