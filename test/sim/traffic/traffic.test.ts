import type { EventSink } from '../../../cells/runtime/events.ts';
import { realRuntime } from '../../../cells/runtime/runtime.ts';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { connectFramed, type FramedClient } from '../../../cells/protocol/client.ts';
import { monotonicMicros } from '../../../cells/runtime/time.ts';
import type { RunningPart } from '../../../cells/runtime/part.ts';
import { Histogram } from '../../../sim/events/histogram.ts';
import type { ReadBack, TrafficStatus } from '../../../sim/state/status.ts';
import type { TrafficSettings } from '../../../sim/traffic/contract.ts';
import { startTraffic } from '../../../sim/traffic/traffic.ts';
import { freePort, TinyService } from './tiny-service.ts';

interface Recorded {
  readonly kind: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

let service: TinyService;
let recorded: Recorded[];
let traffic: RunningPart | null;
let admin: FramedClient | null;

beforeEach(() => {
  service = new TinyService();
  recorded = [];
  traffic = null;
  admin = null;
});

afterEach(async () => {
  admin?.close();
  await traffic?.stop();
  await service.stop();
});

const settings: TrafficSettings = {
  seed: 7,
  tenants: ['t1', 't2', 't3', 't4'],
  rps: 200,
  mix: { read: 0.5, write: 0.4, job: 0.1, xl: 0 },
  skew: 0.8,
  on: true,
  clientRetry: 'keyed',
  xlAbove: 1000,
  tenantFrom: 'header',
  protocol: null,
};

async function start(more: Partial<TrafficSettings> = {}): Promise<FramedClient> {
  const endpoint = await service.start();
  const adminPort = { host: '127.0.0.1', port: await freePort() };
  const config = {
    world: 'test',
    address: 'traffic',
    cell: null,
    token: 'secret',
    listen: null,
    admin: adminPort,
    eventsFile: '',
    volume: null,
    upstreams: { router: [endpoint] },
    settings: { ...settings, ...more },
  };
  const events: EventSink = { record: (kind, fields) => void recorded.push({ kind, fields }) };
  traffic = await startTraffic({ config, events, runtime: realRuntime });
  admin = await connectFramed({ connect: adminPort, token: 'secret' });
  return admin;
}

const answers = () => recorded.filter(({ kind }) => kind === 'request.answered').map(({ fields }) => fields);
const sent = () => recorded.filter(({ kind }) => kind === 'request.sent').map(({ fields }) => fields);
const until = (condition: () => void | Promise<void>) => vi.waitFor(condition, { timeout: 25_000, interval: 20 });

/** Traffic is off and every attempt was answered. */
const drained = () => until(() => expect(answers().length).toBe(sent().length));

test('sends at the asked rate, changes it while it runs, and stops', async () => {
  const client = await start();
  await until(() => expect(sent().length).toBeGreaterThan(400));
  expect(await client.call<TrafficStatus>('set', { rps: 400 })).toMatchObject({ on: true, targetRps: 400, skew: 0.8 });
  const before = sent().length;
  await until(() => expect(sent().length).toBeGreaterThan(before + 400));
  expect(await client.call<TrafficStatus>('set', { on: false })).toMatchObject({ on: false });
  const due = sent().map(({ intendedT }) => Number(intendedT));
  const rate = (times: readonly number[]) => ((times.length - 1) * 1e6) / (times.at(-1)! - times[0]!);
  expect(rate(due.slice(0, 400)) / 200).toBeCloseTo(1, 0.7);
  expect(rate(due.slice(before + 1)) / 400).toBeCloseTo(1, 0.7);
  await drained();
  const count = service.seen.length;
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(service.seen).toHaveLength(count);
});

test('the same seed sends the same requests in the same order', async () => {
  const first = async () => {
    await start();
    await until(() => expect(sent().length).toBeGreaterThan(60));
    return sent()
      .slice(0, 60)
      .map(({ tenant, op, args }) => [tenant, op, { ...(args as object), value: null }]);
  };
  const one = await first();
  admin?.close();
  await traffic?.stop();
  await service.stop();
  service = new TinyService();
  recorded = [];
  expect(await first()).toEqual(one);
});

test('a stall is seen in full: latency counts from the intended send, and sending goes on', async () => {
  await start({ clientRetry: 'none' });
  await until(() => expect(answers().length).toBeGreaterThan(100));
  service.stalledUntil = Date.now() + 800;
  const sentBefore = service.seen.length;
  await until(() => expect(answers().length).toBeGreaterThan(sentBefore + 150));
  const latencies = new Histogram();
  for (const answer of answers()) latencies.record(Number(answer['latencyMs']));
  expect(latencies.percentile(0.99)!).toBeGreaterThan(500);
  // 160 were due in the stall; a closed loop would have one slow answer for each of its connections.
  expect(answers().filter(({ latencyMs }) => Number(latencyMs) > 100).length).toBeGreaterThan(80);
});

test('retries stay within the budget while everything is refused', async () => {
  const client = await start();
  service.fails = { status: 503, headers: { 'retry-after': '1' }, afterEffect: false };
  await until(() => expect(answers().length).toBeGreaterThan(400));
  const retries = answers().filter(({ attempt }) => Number(attempt) > 1).length;
  const firsts = answers().length - retries;
  expect(retries).toBeGreaterThan(0);
  expect(retries).toBeLessThanOrEqual(firsts * 0.1 + 12);
  expect(answers().find(({ status }) => status === 503)).toMatchObject({ outcome: 'refused', error: true, cell: null });
  await client.call('set', { on: false });
});

test('a request whose answer was lost is tried again under its key, and has one effect', async () => {
  const client = await start({ rps: 60, mix: { read: 0, write: 1, job: 0, xl: 0 } });
  service.fails = { status: 502, afterEffect: true };
  await until(() => expect(service.seen.length).toBeGreaterThan(3));
  service.fails = null;
  await client.call('set', { on: false });
  const done = () => answers().filter(({ final, attempt }) => final === true && Number(attempt) > 1);
  await until(() => expect(done().length).toBeGreaterThan(0));
  for (const answer of done()) expect(answer).toMatchObject({ status: 200, outcome: 'ok' });
  const puts = service.seen.filter(({ method }) => method === 'PUT');
  const versions = [...service.rows.values()].reduce((sum, { version }) => sum + version, 0);
  expect(versions).toBe(new Set(puts.map(({ key }) => key)).size);
});

async function readBack(client: FramedClient, tenants: readonly string[]): Promise<ReadBack> {
  await client.call('readback.start', { fault: 'f1', tenants });
  let seen: ReadBack | null = null;
  await until(async () => {
    seen = await client.call<ReadBack | null>('readback.status', {});
    expect(seen?.done).toBe(true);
  });
  return seen!;
}

test('reading back finds everything acknowledged, and every job', async () => {
  const client = await start({ mix: { read: 0, write: 0.8, job: 0.2, xl: 0 } });
  await until(() => expect(answers().length).toBeGreaterThan(150));
  expect(await client.call('readback.status', {})).toBeNull();
  const seen = await readBack(client, ['t1', 't2']);
  expect(seen).toMatchObject({ fault: 'f1', lost: 0, lostRequests: [], done: true, doubtTaken: 0, doubtNotTaken: 0 });
  expect(seen.total).toBeGreaterThan(20);
  expect(seen.read).toBe(seen.total);
  expect(seen.jobs?.accepted).toBeGreaterThan(0);
  expect(seen.jobs?.ended).toBe(seen.jobs?.accepted);
  expect((await readBack(client, ['t9'])).total).toBe(0);
});

test('reading back finds a write that was lost, and one that was swapped', async () => {
  const client = await start({ tenants: ['t1'], mix: { read: 0, write: 1, job: 0, xl: 0 } });
  await until(() => expect(answers().length).toBeGreaterThan(100));
  await client.call('set', { on: false });
  await drained();
  const [lost, swapped] = [...service.rows.keys()];
  service.rows.delete(lost!);
  service.rows.get(swapped!)!.value = '"another"';
  const seen = await readBack(client, ['t1']);
  expect(seen.lost).toBe(2);
  const paths = [lost!, swapped!].map((place) => place.replace(/^t1.sheets.(s\d).rows.(r\d+)$/, '$1/$2'));
  for (const path of paths) {
    expect(seen.lostRequests.map(({ expected }) => expected)).toContainEqual(expect.stringContaining(`${path} at`));
  }
  expect(seen.lostRequests.map(({ seen: got }) => got)).toContain('no such row');
});

test('writes in doubt are resolved: those that took effect and those that did not', async () => {
  const client = await start({ tenants: ['t1'], mix: { read: 0, write: 1, job: 0, xl: 0 }, clientRetry: 'none' });
  await until(() => expect(answers().length).toBeGreaterThan(200));
  const count = (status: number) => answers().filter((answer) => answer['status'] === status).length;
  service.fails = { status: 502, afterEffect: true };
  await until(() => expect(count(502)).toBeGreaterThan(8));
  service.fails = { status: 504, afterEffect: false };
  await until(() => expect(count(504)).toBeGreaterThan(8));
  service.fails = null;
  await until(() => expect(count(200)).toBeGreaterThan(300));
  await client.call('set', { on: false });
  await drained();
  const seen = await readBack(client, ['t1']);
  expect(seen).toMatchObject({ lost: 0, doubtTaken: count(502), doubtNotTaken: count(504) });
});

test('a router that is not there is an error of the attempt, surely without effect', async () => {
  await start({ clientRetry: 'none', rps: 100 });
  await service.stop();
  await until(() => expect(answers().some(({ failure }) => failure === 'ECONNREFUSED')).toBe(true));
  expect(answers().find(({ failure }) => failure === 'ECONNREFUSED')).toMatchObject({
    status: null,
    outcome: 'refused',
    error: true,
    final: true,
  });
  service = new TinyService();
});

test('every attempt is recorded, sent and answered', async () => {
  const client = await start();
  await until(() => expect(answers().length).toBeGreaterThan(100));
  await client.call('set', { on: false });
  await drained();
  const names = (events: readonly Readonly<Record<string, unknown>>[]) =>
    events.map(({ request, attempt }) => `${String(request)}#${String(attempt)}`).sort();
  expect(names(answers())).toEqual(names(sent()));
  const write = answers().find(({ op }) => op === 'write');
  expect(write).toMatchObject({ status: 200, outcome: 'ok', cell: 'a', epoch: 1, version: expect.any(Number) });
  expect(Number(sent()[0]!['intendedT'])).toBeLessThanOrEqual(monotonicMicros());
});
