import { beforeEach, describe, expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { parseScenarioFile } from '../../../sim/scenario/scenario-file.ts';
import { runScenario, type RunHooks, type RunOutcome } from '../../../sim/scenario/runner.ts';
import { printProblems } from '../../../sim/world/read-file.ts';
import { FakeDriver, FakeJudge } from '../../support/fake-driver.ts';

let driver: FakeDriver;
let judge: FakeJudge;
beforeEach(() => {
  driver = new FakeDriver();
  judge = new FakeJudge();
});

/** Runs a scenario with two cells, these lines and these entries. */
async function run(lines: string, entries: readonly string[] = [], hooks: Partial<RunHooks> = {}): Promise<RunOutcome> {
  const timeline = entries.length === 0 ? '' : `timeline:\n${entries.map((entry) => `  - ${entry}\n`).join('')}`;
  const text = `petri: 1\nname: some\nworld: {cells: 2, tenants: 4}\n${lines}\n${timeline}`;
  const outcome = parseScenarioFile(Buffer.from(text));
  if (outcome.kind === 'invalid') throw new Error(printProblems('some.yaml', outcome.problems).join('\n'));
  if (outcome.kind !== 'scenario') throw new Error(outcome.kind);
  const { scenario } = outcome;
  const onClock = (startT: number) => {
    driver.begin();
    hooks.onClock?.(startT);
  };
  return driver.run(() => runScenario(scenario, driver, { createJudge: () => judge, ...hooks, onClock }));
}

/** What was asked without what every run asks. */
function asked(): readonly string[] {
  return driver.asked.filter((line) => !/ traffic | settled$| read back$| heal all$/.test(line));
}

describe('a timeline', () => {
  test('is done at its times, and the run ends in order', async () => {
    const outcome = await run('run: 20s', [
      '{at: 3s, fault: kill, target: b, for: 5s}',
      '{at: 3s, set: {fence: off}}',
      '{at: 1s, move: {tenant: t01, to: b}}',
    ]);
    expect(driver.asked).toEqual([
      `- traffic {"on":true,"rps":200,"mix":{"read":0.7,"write":0.24,"job":0.05,"xl":0.01},"skew":0.9}`,
      '1.00 move {"tenant":"t01","to":"b"}',
      '3.00 inject kill b for 5000',
      '3.00 set fence off',
      '20.00 traffic {"on":false}',
      '20.00 heal all',
      '20.00 read back',
      '20.00 settled',
    ]);
    expect(driver.ended).toBe(1);
    expect(outcome.done).toEqual([
      { atMs: 1000, command: 'petri move t01 b' },
      { atMs: 3000, command: 'petri kill b --for 5s' },
      { atMs: 3000, command: 'petri set fence off' },
    ]);
    expect(outcome.judgement.inconclusive).toEqual([]);
    const { startT, healedT, endT } = outcome.judged;
    expect([healedT - startT, endT - startT]).toEqual([20_000_000, 20_000_000]);
    expect(judge.begun).toBe(startT);
  });

  test('does what stands at one moment one after another, and never waits for another moment', async () => {
    driver.onInject = () => driver.wait(2000);
    await run('run: 20s', [
      '{at: 1s, fault: kill, target: b}',
      '{at: 1s, set: {fence: off}}',
      '{at: 2s, set: {dispatch: lifo}}',
    ]);
    expect(asked()).toEqual(['1.00 inject kill b', '2.00 set dispatch lifo', '3.00 set fence off']);
  });

  test('waits for the count-th event with these fields', async () => {
    driver.at(2000, () => driver.emit('b/web/1', 'write.committed', { tenant: 't03' }));
    driver.at(3000, () => driver.emit('a/web/1', 'write.committed', { tenant: 't01' }));
    driver.at(4000, () => driver.emit('b/web/2', 'write.committed', { tenant: 't03' }));
    driver.at(5000, () => driver.emit('b/web/2', 'write.committed', { tenant: 't03' }));
    await run('run: 20s', ['{after: {event: write.committed, cell: b, count: 2}, fault: kill, target: b}']);
    expect(asked()).toEqual(['4.00 inject kill b']);
  });

  test('counts no event before the clock begins', async () => {
    driver.mood = 'starting';
    driver.at(500, () => driver.emit('b/web/1', 'job.done', {}));
    driver.at(1000, () => (driver.mood = 'calm'));
    driver.at(4000, () => driver.emit('b/web/1', 'job.done', {}));
    await run('run: 20s', ['{after: {event: job.done}, drain: b}']);
    expect(asked()).toEqual(['3.00 drain {"cell":"b"}']);
  });

  test('looks for a condition four times a second, and does its entry once', async () => {
    driver.at(4100, () => (driver.health['b'] = 'down'));
    driver.at(6000, () => (driver.health['b'] = 'serving'));
    driver.at(7000, () => (driver.health['b'] = 'down'));
    driver.at(8000, () => (driver.health['b'] = 'serving'));
    await run('run: 20s', ['{when: b.health = down, set: {fence: off}}']);
    expect(asked()).toEqual(['4.25 set fence off']);
    // Once for the steady state, once for the clock, 17 times until it came true, once after the end.
    expect(driver.statusAsked).toBe(20);
  });

  test('heals what a kind or a target names, and nothing where that has ended by itself', async () => {
    await run('run: 20s', [
      '{at: 1s, fault: latency, target: router->a}',
      '{at: 1s, fault: kill, target: b}',
      '{at: 2s, heal: latency}',
      '{at: 3s, heal: b}',
      '{at: 4s, heal: b}',
    ]);
    expect(asked().slice(2)).toEqual(['2.00 heal f1', '3.00 heal f2']);
  });
});

describe('a run that is cut short proves nothing, and is rolled back', () => {
  const rolledBack = () => driver.asked.map((line) => line.replace(/^\S+ /, '')).slice(-3);

  test('where the world does not become steady', async () => {
    driver.mood = 'hurt';
    const outcome = await run('run: 20s\nsteady: {within: 5s}', ['{at: 1s, fault: kill, target: b}']);
    expect(outcome.judgement.inconclusive).toEqual([
      { reason: 'the world did not become steady: mood = calm was not so within 5 s' },
    ]);
    expect(asked()).toEqual([]);
    expect(rolledBack()).toEqual(['traffic {"on":false}', 'heal all', 'settled']);
    expect(driver.ended).toBe(1);
  });

  test('where a condition to stop comes true', async () => {
    driver.at(2000, () => (driver.health['a'] = 'down'));
    const outcome = await run('run: 20s\nstop: [a.health = down]', ['{at: 9s, fault: kill, target: b}']);
    expect(outcome.cutShort).toEqual(['it was stopped: a.health = down']);
    expect(asked()).toEqual([]);
    expect(rolledBack()).toEqual(['traffic {"on":false}', 'heal all', 'settled']);
  });

  test('where a step cannot be done', async () => {
    driver.onInject = () => Promise.reject(new Error('kill b was not seen to take in 30 s'));
    const outcome = await run('run: 20s', ['{at: 1s, fault: kill, target: b}', '{at: 2s, set: {fence: off}}']);
    expect(outcome.cutShort).toEqual(['petri kill b (line 6) could not be done: kill b was not seen to take in 30 s']);
    expect(asked()).toEqual(['1.00 inject kill b']);
    expect(rolledBack()).toEqual(['traffic {"on":false}', 'heal all', 'settled']);
  });

  test('where it is interrupted', async () => {
    const cut = new AbortController();
    driver.at(3000, () => cut.abort());
    const outcome = await run('run: 20s', ['{at: 9s, drain: b}'], { signal: cut.signal });
    expect(outcome.cutShort).toEqual(['it was interrupted']);
    expect(outcome.judged.healedT - outcome.judged.startT).toBe(3_000_000);
    expect(rolledBack()).toEqual(['traffic {"on":false}', 'heal all', 'settled']);
  });

  test('where the world is lost', async () => {
    driver.status = () => Promise.reject(new Error('the connection is gone'));
    const outcome = await run('run: 20s');
    expect(outcome.cutShort).toContain('the world was lost: the connection is gone');
    expect(driver.ended).toBe(1);
  });
});

test('a driver is ended though it cannot say what is to be judged', async () => {
  driver.estate = () => Promise.reject(new Error('no map'));
  await expect(run('run: 20s')).rejects.toThrow('no map');
  expect(driver.ended).toBe(1);
});

test('after the run everything may recover before it is read back, for as long as is expected and no longer', async () => {
  driver.at(19_000, () => (driver.health['b'] = 'down'));
  driver.at(23_100, () => (driver.health['b'] = 'serving'));
  await run('run: 20s\nexpect: {recoverWithin: 10s}');
  expect(driver.asked).toContain('23.25 read back');

  driver = new FakeDriver();
  driver.at(19_000, () => (driver.health['b'] = 'down'));
  await run('run: 20s\nexpect: {recoverWithin: 2s}');
  expect(driver.asked).toContain('22.00 read back');
});

test('a step that only the heal lets end is waited for, and what it hurt is healed too', async () => {
  const healed = Promise.withResolvers<void>();
  driver.onAct = ({ do: what }) => (what === 'drain' ? healed.promise : Promise.resolve());
  const { heal } = driver;
  driver.heal = (id) => {
    driver.at(23_000, healed.resolve);
    return heal.call(driver, id);
  };
  const outcome = await run('run: 20s', ['{at: 19s, drain: b}', '{at: 19s, fault: kill, target: a}']);
  expect(driver.asked.slice(2)).toEqual([
    '20.00 traffic {"on":false}',
    '20.00 heal all',
    '23.00 heal all',
    '23.00 read back',
    '23.00 settled',
  ]);
  expect(outcome.judged.healedT - outcome.judged.startT).toBe(23_000_000);
});

test('a tenant that is on its way arrives before it is read back', async () => {
  driver.at(18_000, () => driver.emit('control', 'move.begun', { tenant: 't01' }));
  driver.at(21_100, () => driver.emit('control', 'move.cleaned', { tenant: 't01' }));
  await run('run: 20s');
  expect(driver.asked).toContain('21.25 read back');
});

test('what is judged and kept comes in order, where a driver hands its events over again', async () => {
  const kept: Event[] = [];
  const event = (t: number): Event => ({ v: 1, t, at: 0, seq: t, life: 'x', part: 'a/web/1', kind: 'job.done' });
  const replaying = Object.assign(driver, {
    replay: (listener: (events: readonly Event[]) => void) => Promise.resolve(listener([event(1), event(2)])),
  });
  replaying.at(1000, () => replaying.emit('b/web/1', 'job.done'));
  await run('run: 5s', ['{after: {event: job.done}, drain: b}'], { onEvents: (events) => void kept.push(...events) });
  expect(asked()).toEqual(['1.00 drain {"cell":"b"}']);
  expect(judge.taken.map(({ t }) => t)).toEqual([1, 2]);
  expect(kept).toEqual(judge.taken);
});
