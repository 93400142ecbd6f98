import { expect, test } from 'vitest';
import { parseScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import type { Scenario } from '../../../sim/scenario/scenario.ts';
import { coursesOf, withoutFaults } from '../../../sim/scenario/without-faults.ts';
import { FakeDriver } from '../../support/fake-driver.ts';

function scenario(...entries: readonly string[]): Scenario {
  const timeline = entries.map((entry) => `  - ${entry}\n`).join('');
  const outcome = parseScenarioFile(
    Buffer.from(`petri: 1\nname: some\nrun: 20s\nstop: [leaks > 3]\ntimeline:\n${timeline}`),
  );
  if (outcome.kind !== 'scenario') throw new Error(JSON.stringify(outcome));
  return outcome.scenario;
}

test('what is left without its faults is everything else that is done', () => {
  const whole = scenario(
    '{at: 1s, fault: kill, target: b}',
    '{at: 2s, set: {fence: off}}',
    '{at: 3s, move: {tenant: t01, to: b}}',
    '{at: 4s, heal: b}',
    '{after: {event: fault.gone}, fault: kill, target: b}',
  );
  const left = withoutFaults(whole);
  expect(left).toEqual({ ...whole, timeline: [whole.timeline[1], whole.timeline[2]], stop: [] });
});

test.each([
  ['without faults there is nothing to compare', ['{at: 2s, set: {fence: off}}']],
  [
    'what waits for a fault would not be done',
    ['{at: 1s, fault: kill, target: b}', '{after: {event: fault.seen}, drain: b}'],
  ],
  [
    'what waits for a condition might not be done',
    ['{at: 1s, fault: kill, target: b}', '{when: b.health = down, drain: b}'],
  ],
])('%s', (_, entries) => {
  expect(withoutFaults(scenario(...entries))).toBeNull();
});

test('what every tenant goes through is taken from the run', async () => {
  const driver = new FakeDriver();
  driver.at(2000, () => {
    const request = { request: 'r1', attempt: 1, tenant: 't01', op: 'write', args: { sheet: 's1', row: 'r1' } };
    driver.emit('traffic', 'request.sent', request);
    driver.emit('traffic', 'request.answered', { ...request, status: 200, outcome: 'ok', final: true, cell: 'a' });
  });
  const courses = await coursesOf(scenario('{at: 9s, drain: b}'), { driver, within: (work) => driver.run(work) });
  expect([...courses.tenants]).toEqual(['t01']);
  expect(courses.of('t01')).toHaveLength(1);
  expect(driver.ended).toBe(1);
});
