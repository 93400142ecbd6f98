import { beforeEach, expect, test } from 'vitest';
import { RpcError } from '../../../../cells/protocol/rpc-error.ts';
import type { RpcClient } from '../../../../cells/protocol/rpc.ts';
import { wait } from '../../../../cells/runtime/time.ts';
import { addUp, noEffect } from '../../../../sim/links/rules.ts';
import { Life } from '../../../../sim/substrate/virtual/life.ts';
import { Scheduler } from '../../../../sim/substrate/virtual/scheduler.ts';
import { runVirtually } from '../../../../sim/substrate/virtual/time-loop.ts';
import { virtualRuntime } from '../../../../sim/substrate/virtual/virtual-runtime.ts';
import { Network, type LinkPort, type Wire } from '../../../../sim/substrate/virtual/wire.ts';

let scheduler: Scheduler;
let network: Network;
let near: Life;
let far: Life;
let client: RpcClient;
let link: LinkPort;
const at = (host: string) => ({ host, port: 1 });

beforeEach(async () => {
  scheduler = new Scheduler(0);
  network = new Network(scheduler, 1);
  near = new Life('near', 'near.1', scheduler);
  far = new Life('far', 'far.1', scheduler);
  const proxy = new Life('links', 'links.1', scheduler);
  link = {
    name: 'near->far',
    to: 'far:1',
    life: proxy,
    effect: noEffect,
    wires: new Set<Wire>(),
    freeT: { to: 0, from: 0 },
  };
  network.links.set('link:1', link);
  await runVirtually(scheduler, async () => {
    const handlers = {
      echo: (value: unknown) => value,
      slow: () => wait(virtualRuntime(network, far, null).time, 5000),
      fails: () => Promise.reject(new RpcError('refused', 'no')),
    };
    await virtualRuntime(network, far, null).serve({ listen: at('far'), token: '', handlers });
    client = virtualRuntime(network, near, null).connect({ connect: at('link'), token: '', reconnect: true });
    await wait(virtualRuntime(network, near, null).time, 10);
  });
});

const inTime = <T>(work: () => Promise<T>) => runVirtually(scheduler, work);
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'answered',
    (error: RpcError) => error.code,
  );
const pass = (ms: number) => inTime(() => new Promise<void>((resolve) => void scheduler.plan(ms * 1000, resolve)));

test('a call is answered in less than a millisecond, and errors keep their code', async () => {
  const beganT = scheduler.t;
  expect(await inTime(() => client.call('echo', { n: 1 }))).toEqual({ n: 1 });
  expect(scheduler.t - beganT).toBeLessThan(1000);
  expect(await inTime(() => codeOf(client.call('fails', {})))).toBe('refused');
  expect(await inTime(() => codeOf(client.call('nothing', {})))).toBe('no-such-method');
});

test('a call that runs into its time is unknown, and takes just so long', async () => {
  const beganT = scheduler.t;
  expect(await inTime(() => codeOf(client.call('slow', {}, 300)))).toBe('unknown');
  expect(scheduler.t - beganT).toBe(300_000);
});

test('a far side that dies breaks what was under way, and nobody is connected then', async () => {
  const code = inTime(() => {
    const call = codeOf(client.call('slow', {}));
    scheduler.plan(50_000, () => far.end());
    return call;
  });
  expect(await code).toBe('unknown');
  await pass(20);
  expect(await inTime(() => codeOf(client.call('echo', {})))).toMatch(/not-sent|unknown/);
});

test('a frozen far side answers once it goes on, in order', async () => {
  far.pause();
  const answers: number[] = [];
  const all = inTime(() => {
    const calls = [1, 2, 3].map((n) => client.call<number>('echo', n, null).then((value) => answers.push(value)));
    scheduler.plan(2_000_000, () => far.resume());
    return Promise.all(calls);
  });
  await all;
  expect(answers).toEqual([1, 2, 3]);
  expect(scheduler.t).toBeGreaterThan(2_000_000);
});

test('a cut link holds what is sent, and nothing is lost by it', async () => {
  link.effect = addUp([{ kind: 'cut', direction: 'both' }]);
  const value = await inTime(() => {
    const call = client.call('echo', 'held', null);
    scheduler.plan(3_000_000, () => {
      link.effect = noEffect;
      for (const wire of link.wires) wire.released();
    });
    return call;
  });
  expect(value).toBe('held');
  expect(scheduler.t).toBeGreaterThan(3_000_000);
});

test('latency is charged once for a question and its answer', async () => {
  link.effect = addUp([{ kind: 'latency', latencyMs: 80, jitterMs: 0 }]);
  const beganT = scheduler.t;
  await inTime(() => client.call('echo', 1));
  expect(scheduler.t - beganT).toBeGreaterThanOrEqual(80_000);
  expect(scheduler.t - beganT).toBeLessThan(82_000);
});

test('a reset is heard by both sides, and the client connects again', async () => {
  for (const wire of [...link.wires]) wire.reset();
  await pass(1);
  expect(client.connected).toBe(false);
  await pass(500);
  expect(await inTime(() => client.call('echo', 'again'))).toBe('again');
});

test('what a narrow or slow link made late flows on, in order, once the link is as before', async () => {
  const rules = [
    { kind: 'bandwidth', bytesPerSecond: 50 } as const,
    { kind: 'latency', latencyMs: 60_000, jitterMs: 0 } as const,
  ];
  for (const rule of rules) {
    link.effect = addUp([rule]);
    const beganT = scheduler.t;
    const answers: number[] = [];
    await inTime(() => {
      const calls = [1, 2, 3].map((n) => client.call<number>('echo', n, null).then((value) => answers.push(value)));
      scheduler.plan(1_000_000, () => {
        link.effect = noEffect;
        for (const wire of link.wires) wire.released();
      });
      return Promise.all(calls);
    });
    expect(answers).toEqual([1, 2, 3]);
    expect(scheduler.t - beganT).toBeLessThan(1_010_000);
  }
});
