import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Scheduler } from '../../../../sim/substrate/virtual/scheduler.ts';

test('what is due happens in order of time, and of planning where the time is one', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ delay: fc.integer({ min: 0, max: 40 }), cancelled: fc.boolean() }), { maxLength: 200 }),
      (plans) => {
        const scheduler = new Scheduler(1000);
        const happened: number[] = [];
        plans.forEach(({ delay, cancelled }, number) => {
          const timer = scheduler.plan(delay, () => happened.push(number));
          if (cancelled) timer.cancel();
        });
        while (scheduler.step(Number.POSITIVE_INFINITY));
        const wanted = plans
          .map((plan, number) => ({ ...plan, number }))
          .filter(({ cancelled }) => !cancelled)
          .toSorted((a, b) => a.delay - b.delay || a.number - b.number)
          .map(({ number }) => number);
        expect(happened).toEqual(wanted);
      },
    ),
  );
});

test('what an event plans comes in its turn, and the clock never goes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 300 }), (delays) => {
      const scheduler = new Scheduler(0);
      const times: number[] = [];
      let next = 0;
      const run = (): void => {
        times.push(scheduler.t);
        for (let more = 0; more < 2 && next < delays.length; more++) scheduler.plan(delays[next++]!, run);
      };
      scheduler.plan(0, run);
      while (scheduler.step(Number.POSITIVE_INFINITY));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times).toHaveLength(delays.length + 1);
    }),
  );
});

test('nothing after the given time happens, and what waits is told', () => {
  const scheduler = new Scheduler(0);
  const happened: string[] = [];
  scheduler.plan(10, () => happened.push('ten'));
  scheduler.plan(20, () => happened.push('twenty'));
  while (scheduler.step(15));
  expect(happened).toEqual(['ten']);
  expect(scheduler.nextT).toBe(20);
});
