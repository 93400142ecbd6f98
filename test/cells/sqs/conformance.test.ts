import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { QueueProducer } from '../../../cells/web/queue-producer.ts';
import type { ConsumerNeeds, JobConsumer } from '../../../cells/worker/job-consumer.ts';
import type { Receive } from '../../../cells/worker/ports.ts';
import { enginesHere } from '../../support/cell.ts';
import { deliveryOf, openBench, policiesOfBench, type QueueBench } from '../../support/queue-bench.ts';

type Kind = Parameters<typeof openBench>[0];
const kinds: readonly Kind[] = [...(await enginesHere()), 'virtual'];

describe.each(kinds)('the queue contract on the %s queue', (kind) => {
  let bench: QueueBench;
  let producer: QueueProducer;
  let received: Receive[];
  beforeEach(async () => {
    bench = await openBench(kind);
    producer = await bench.within(() => bench.producer());
    received = [];
  });
  afterEach(() => bench.close());

  const consume = (more: Partial<ConsumerNeeds> = {}): JobConsumer =>
    bench.consumer({
      receive: (one) => {
        received.push(one);
        return Promise.resolve();
      },
      ...more,
    });
  const jobs = () => received.map(({ job }) => job);
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (let look = 0; look < 400; look++) {
      if (await holds()) return;
      await bench.wait(25);
    }
    throw new Error('not seen within 10 s');
  };
  const it = (name: string, work: () => Promise<void>) => test(name, () => bench.within(work));

  it('a delivery is received once, with its job and tenant', async () => {
    consume();
    await producer.deliver([deliveryOf('j1')], 'fifo');
    await until(() => received.length > 0);
    await bench.wait(300);
    expect(received).toMatchObject([{ job: 'j1', tenant: 't01', receives: 1 }]);
  });

  it('the same delivery again is no second one, also after it has ended', async () => {
    await producer.deliver([deliveryOf('j1'), deliveryOf('j1')], 'fifo');
    consume();
    await until(() => received.length > 0);
    await producer.deliver([deliveryOf('j1')], 'fifo');
    await bench.wait(400);
    expect(jobs()).toEqual(['j1']);
  });

  it('another delivery of the same job is received as well', async () => {
    consume();
    await producer.deliver([deliveryOf('j1', 'standard', 1), deliveryOf('j1', 'standard', 2)], 'fifo');
    await until(() => received.length === 2);
    expect(jobs()).toEqual(['j1', 'j1']);
  });

  it('first in, first out', async () => {
    await producer.deliver(
      ['j1', 'j2', 'j3'].map((job) => deliveryOf(job)),
      'fifo',
    );
    consume();
    await until(() => received.length === 3);
    expect(jobs()).toEqual(['j1', 'j2', 'j3']);
  });

  it('last in, first out where that is the policy', async () => {
    for (const job of ['j1', 'j2', 'j3']) await producer.deliver([deliveryOf(job)], 'lifo');
    consume();
    await until(() => received.length === 3);
    expect(jobs()).toEqual(['j3', 'j2', 'j1']);
  });

  it('the XL queue has deliveries of its own', async () => {
    consume({ queue: 'xl' });
    await producer.deliver([deliveryOf('small'), deliveryOf('large', 'xl')], 'fifo');
    await until(() => received.length > 0);
    await bench.wait(300);
    expect(jobs()).toEqual(['large']);
    expect(await producer.held()).toEqual(['small.1']);
  });

  it('what fails is received again, and counts its receives', async () => {
    consume({
      receive: (one) => {
        received.push(one);
        return one.receives < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      },
    });
    await producer.deliver([deliveryOf('j1')], 'fifo');
    await until(() => received.length === 3);
    expect(received.map(({ receives }) => receives)).toEqual([1, 2, 3]);
    await until(async () => (await producer.held()).length === 0);
  });

  it('no more is worked on at once than the concurrency allows', async () => {
    let working = 0;
    let most = 0;
    consume({
      concurrency: 2,
      receive: async (one) => {
        most = Math.max(most, ++working);
        await bench.wait(150);
        working--;
        received.push(one);
      },
    });
    await producer.deliver(
      ['j1', 'j2', 'j3', 'j4', 'j5'].map((job) => deliveryOf(job)),
      'fifo',
    );
    await until(() => received.length === 5);
    expect(most).toBe(2);
  });

  it('work that takes longer than the visibility stays invisible while it says so', async () => {
    consume({
      concurrency: 2,
      receive: async (one) => {
        received.push(one);
        await bench.wait(1800);
      },
    });
    await producer.deliver([deliveryOf('j1')], 'fifo');
    await bench.wait(1600);
    expect(jobs()).toEqual(['j1']);
  });

  it('work that does not say so is received again by another', async () => {
    const policies = { ...policiesOfBench, heartbeat: false };
    const slowly = async (one: Receive) => {
      received.push(one);
      await bench.wait(2500);
    };
    consume({ policies, receive: slowly });
    consume({ policies, receive: slowly });
    await producer.deliver([deliveryOf('j1')], 'fifo');
    await until(() => received.length >= 2);
    expect(received.slice(0, 2)).toMatchObject([
      { job: 'j1', receives: 1 },
      { job: 'j1', receives: 2 },
    ]);
  });

  it('a consumer that stops waits for what is in hand, and takes nothing more', async () => {
    const ended: string[] = [];
    const consumer = consume({
      receive: async (one) => {
        received.push(one);
        await bench.wait(300);
        ended.push(one.job);
      },
    });
    await producer.deliver(
      ['j1', 'j2'].map((job) => deliveryOf(job)),
      'fifo',
    );
    await until(() => received.length === 1);
    await consumer.stop();
    expect(ended).toEqual(['j1']);
    await bench.wait(300);
    expect(jobs()).toEqual(['j1']);
  });

  it('what waits and what is worked on is held, what has ended is not', async () => {
    await producer.deliver(
      ['j1', 'j2'].map((job) => deliveryOf(job)),
      'fifo',
    );
    expect([...(await producer.held())].toSorted()).toEqual(['j1.1', 'j2.1']);
    consume({
      receive: async (one) => {
        received.push(one);
        await bench.wait(400);
      },
    });
    await until(() => received.length === 1);
    expect([...(await producer.held())].toSorted()).toEqual(['j1.1', 'j2.1']);
    await until(async () => (await producer.held()).length === 0);
  });

  it('one task leads at a time, until its lead runs out', async () => {
    expect(await producer.lead('a/web/1', 400)).toBe(true);
    expect(await producer.lead('a/web/2', 400)).toBe(false);
    expect(await producer.lead('a/web/1', 400)).toBe(true);
    await bench.wait(500);
    expect(await producer.lead('a/web/2', 400)).toBe(true);
    expect(await producer.lead('a/web/1', 400)).toBe(false);
  });

  it('an engine is unknown until it was filled once', async () => {
    expect(await producer.isKnown()).toBe(false);
    await producer.markKnown('one');
    await producer.markKnown('two');
    expect(await producer.isKnown()).toBe(true);
  });

  it('a dead letter lies there once, in order, until it is removed', async () => {
    const consumer = consume();
    const letter = (job: string) => ({ job, tenant: 't01', reason: 'received 3 times' });
    for (const job of ['j1', 'j2', 'j1', 'j3']) await consumer.bury(letter(job));
    expect(await producer.deadLetters(10)).toEqual(['j1', 'j2', 'j3']);
    await producer.removeDeadLetters(['j2']);
    expect(await producer.deadLetters(10)).toEqual(['j1', 'j3']);
    expect(await producer.deadLetters(1)).toEqual(['j1']);
  });

  it('dead letters are filled in from rows, beside those that are there', async () => {
    const consumer = consume();
    await consumer.bury({ job: 'j1', tenant: 't01', reason: '' });
    await producer.addDeadLetters(['j1', 'j2'].map((job) => deliveryOf(job).job));
    expect(await producer.deadLetters(10)).toEqual(['j1', 'j2']);
  });
});
