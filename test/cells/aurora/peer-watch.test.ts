import { expect, test } from 'vitest';
import { PeerWatch } from '../../../cells/aurora/peer-watch.ts';
import type { FramedClientOptions } from '../../../cells/protocol/client.ts';
import type { RpcClient } from '../../../cells/protocol/rpc.ts';
import { Scheduler } from '../../../sim/substrate/virtual/scheduler.ts';
import { timeOf } from '../../../sim/substrate/virtual/virtual-runtime.ts';

const idle: RpcClient = {
  connected: false,
  call: () => new Promise(() => {}),
  notify() {},
  close() {},
  breakConnection() {},
};

/** A watch whose n-th attempt to connect meets with `answers[n]`. */
function watching(answers: readonly ('refused' | 'nothing')[]) {
  const scheduler = new Scheduler(0);
  const time = timeOf({ plan: (delayT, run) => scheduler.plan(delayT, run) }, scheduler);
  let attempts = 0;
  const connect = ({ onDisconnect }: FramedClientOptions) => {
    const answer = answers[attempts++] ?? 'nothing';
    if (answer === 'refused') time.after(1, () => onDisconnect?.(new Error('ECONNREFUSED')));
    return idle;
  };
  const watch = new PeerWatch({ time, connect }, { host: 'b-aurora-1', port: 1 }, 'token', () => {});
  return { watch, until: (ms: number) => pass(scheduler, ms) };
}

function pass(scheduler: Scheduler, ms: number): void {
  while (scheduler.step(ms * 1000));
  scheduler.rest(ms * 1000);
}

test('a peer that refuses twice is gone', () => {
  const { watch, until } = watching(['refused', 'refused']);
  until(100);
  expect(watch.sight).toEqual({ kind: 'refused', times: 2 });
});

test('a peer that refused once, and whose network was taken away then, is silent', () => {
  const { watch, until } = watching(['refused', 'nothing']);
  until(400);
  expect(watch.sight).toEqual({ kind: 'refused', times: 1 });
  until(1300);
  expect(watch.sight).toMatchObject({ kind: 'silent', silentMs: expect.any(Number) });
});
