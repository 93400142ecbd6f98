import { expect, test } from 'vitest';
import { Scheduler } from '../../../../sim/substrate/virtual/scheduler.ts';
import { runVirtually } from '../../../../sim/substrate/virtual/time-loop.ts';

const touches: Readonly<Record<string, () => unknown>> = {
  'a real timer': () => setTimeout(() => {}, 1),
  'the real date': () => Date.now(),
  chance: () => Math.random(),
  'the real network': () => fetch('http://127.0.0.1:1/'),
};

for (const [what, touch] of Object.entries(touches)) {
  test(`work in virtual time that touches ${what} is told so`, async () => {
    const scheduler = new Scheduler(0);
    const work = runVirtually(scheduler, async () => {
      await new Promise<void>((resolve) => void scheduler.plan(10, resolve));
      touch();
    });
    await expect(work).rejects.toThrow(`${what} was touched in virtual time`);
    expect(() => Date.now()).not.toThrow();
  });
}

test('work that waits for something that will never happen ends with an error', async () => {
  const work = runVirtually(new Scheduler(0), () => new Promise<void>(() => {}));
  await expect(work).rejects.toThrow('nothing is left to happen');
});
