import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Event } from '../../../cells/runtime/events.ts';
import { etagOfValue } from '../../../cells/sheets/etag.ts';
import { History, judge, violatedBy, type Sent } from './history.ts';

/** What may happen next; numbers choose whom it happens to. */
type Step =
  | { readonly kind: 'send'; readonly op: 'read' | 'write' | 'job'; readonly tenant: number; readonly row: number }
  | { readonly kind: 'commit' | 'answer' | 'timeout' | 'give-up' | 'refuse' | 'late' | 'work'; readonly nth: number }
  | { readonly kind: 'kill' | 'move' | 'wait'; readonly nth: number };

const number = fc.nat(30);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('send' as const),
      op: fc.constantFrom('read' as const, 'write' as const, 'write' as const, 'job' as const),
      tenant: number,
      row: number,
    }),
  },
  ...(['commit', 'answer', 'answer', 'timeout', 'give-up', 'refuse', 'late', 'work'] as const).map((kind) => ({
    weight: kind === 'answer' || kind === 'commit' ? 4 : 1,
    arbitrary: fc.record({ kind: fc.constant(kind), nth: number }),
  })),
  ...(['kill', 'move', 'wait'] as const).map((kind) => ({
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant(kind), nth: number }),
  })),
);

/** A correct world under whatever steps: clients that overlap, retry and give up, effects that come late, cells that die, tenants that move. */
class RandomWorld {
  readonly history = new History();
  readonly #open: Sent[] = [];
  readonly #committed = new Set<Sent>();
  /** Writes in doubt that have not taken effect. */
  readonly #doubtful: Sent[] = [];
  readonly #accepted: Sent[] = [];
  #faults = 0;

  play(steps: readonly Step[]): History {
    // Every cell answers somebody: else the run would prove nothing.
    for (const tenant of ['t1', 't2', 't3']) this.history.read(tenant, 's1/r1');
    for (const each of steps) this.#step(each);
    for (const sent of this.#open.splice(0)) this.#end(sent);
    for (const job of this.#accepted.splice(0)) this.history.work(job);
    this.history.readBack();
    return this.history;
  }

  #step(step: Step): void {
    const { history } = this;
    if (step.kind === 'send') {
      const tenant = ['t1', 't2', 't3'][step.tenant % 3]!;
      this.#open.push(history.send(step.op, tenant, step.op === 'job' ? null : `s1/r${step.row % 2}`));
      return;
    }
    const sent = this.#open[step.nth % Math.max(1, this.#open.length)];
    if (step.kind === 'late') return this.#takesLate(step.nth);
    if (step.kind === 'kill') return this.#kill(step.nth);
    if (step.kind === 'move') return this.#move(step.nth);
    if (step.kind === 'wait') return history.wait(step.nth * 50);
    if (step.kind === 'work') {
      const job = this.#accepted.shift();
      if (job) history.work(job);
      return;
    }
    if (!sent) return;
    if (step.kind === 'commit') this.#commit(sent);
    else if (step.kind === 'timeout') {
      history.timeout(sent);
      history.again(sent);
    } else {
      this.#open.splice(this.#open.indexOf(sent), 1);
      if (step.kind === 'answer') this.#end(sent);
      else if (step.kind === 'give-up') this.#giveUp(sent);
      else if (this.#committed.has(sent) || sent.attempt > 1) this.#giveUp(sent);
      else history.refuse(sent);
    }
  }

  /** A second commit under a key replays the first. */
  #commit(sent: Sent): void {
    if (sent.op === 'read' || (sent.op === 'job' && this.#committed.has(sent))) return;
    this.history.commit(sent);
    this.#committed.add(sent);
  }

  #end(sent: Sent): void {
    if (sent.op !== 'read' && !this.#committed.has(sent)) this.#commit(sent);
    this.history.answer(sent);
    if (sent.op === 'job') this.#accepted.push(sent);
  }

  #giveUp(sent: Sent): void {
    this.history.timeout(sent, true);
    if (sent.op === 'write' && !this.#committed.has(sent)) this.#doubtful.push(sent);
    if (sent.op === 'job' && this.#committed.has(sent)) this.#accepted.push(sent);
  }

  #takesLate(nth: number): void {
    const sent = this.#doubtful[nth % Math.max(1, this.#doubtful.length)];
    if (!sent) return;
    this.#doubtful.splice(this.#doubtful.indexOf(sent), 1);
    // The web task that would record it may have died with its last record.
    if (nth % 2 === 0) this.history.commit(sent);
    else this.history.apply(sent);
  }

  #kill(nth: number): void {
    const cell = nth % 2 === 0 ? 'a' : 'b';
    const id = `f${++this.#faults}`;
    this.history.kill(cell, id);
    for (const [tenant, home] of this.history.homes) {
      if (home.cell === cell) this.history.refuse(this.history.send('write', tenant, 's1/r0'));
    }
    this.history.heal(cell, id);
  }

  /** What is under way ends before its tenant moves, as a drain sees to. */
  #move(nth: number): void {
    const tenant = ['t1', 't2', 't3'][nth % 3]!;
    for (const sent of this.#open.filter((each) => each.tenant === tenant)) {
      this.#open.splice(this.#open.indexOf(sent), 1);
      this.#end(sent);
    }
    for (const job of this.#accepted.filter((each) => each.tenant === tenant)) {
      this.#accepted.splice(this.#accepted.indexOf(job), 1);
      this.history.work(job);
    }
    this.history.move(tenant, this.history.homes.get(tenant)!.cell === 'a' ? 'b' : 'a');
  }
}

const histories = fc.array(step, { minLength: 5, maxLength: 80 }).map((steps) => new RandomWorld().play(steps));

test('a correct world is never accused, whatever happens in it', () => {
  fc.assert(
    fc.property(histories, (history) => {
      const { invariants } = judge(history);
      const accused = invariants.filter(({ state }) => state !== 'held' && state !== 'skipped');
      expect(accused.map(({ id, reason }) => `${id}: ${reason}`)).toEqual([]);
    }),
    { numRuns: 300, seed: 20_261_125 },
  );
});

const isAnswer = (event: Event) => event.kind === 'request.answered' && event.part === 'traffic';
const isOkOf = (event: Event, op: string) =>
  isAnswer(event) && event['op'] === op && event['outcome'] === 'ok' && typeof event['etag'] === 'string';

/** Corruptions of one event that no correct world could have recorded. */
const corruptions: readonly (readonly [string, (event: Event) => boolean, (event: Event) => object])[] = [
  [
    'a read of a value that nobody wrote',
    (event) => isOkOf(event, 'read'),
    ({ version }) => ({ etag: etagOfValue(version as number, 'nobody') }),
  ],
  [
    'a write acknowledged as another value',
    (event) => isOkOf(event, 'write'),
    ({ version }) => ({ etag: etagOfValue(version as number, 'another') }),
  ],
  ['a version that is a thousand too high', (event) => isOkOf(event, 'write'), (event) => raised(event, 1000)],
  [
    'a row that is gone at the end',
    (event) => isOkOf(event, 'read') && event['purpose'] === 'final',
    () => ({ status: 404, etag: null, version: null }),
  ],
  ['an answer to a request that was never sent', isAnswer, () => ({ request: 'never' })],
  [
    'an answer of another cell under the same epoch',
    (event) => isAnswer(event) && event['outcome'] === 'ok',
    () => ({ cell: 'z' }),
  ],
  ['another status than the router recorded', (event) => isOkOf(event, 'read'), () => ({ status: 204 })],
];

function raised(event: Event, by: number): object {
  const version = (event['version'] as number) + by;
  return { version, etag: (event['etag'] as string).replace(/^"\d+/, `"${version}`) };
}

test.each(corruptions)('%s is found, wherever it stands', (_, isFit, change) => {
  let tried = 0;
  fc.assert(
    fc.property(histories, fc.nat(), (history, nth) => {
      const fit = history.events.filter(isFit);
      const victim = fit[nth % Math.max(1, fit.length)];
      if (!victim) return;
      tried++;
      const changed = history.events.map((event) =>
        event === victim ? ({ ...event, ...change(event) } as Event) : event,
      );
      expect(violatedBy(changed)).not.toEqual([]);
    }),
    { numRuns: 60, seed: 20_261_125 },
  );
  expect(tried).toBeGreaterThan(20);
});
