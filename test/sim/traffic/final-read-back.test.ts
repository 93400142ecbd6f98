import { beforeEach, expect, test } from 'vitest';
import { realTime } from '../../../cells/runtime/time.ts';
import { FinalReadBackRun } from '../../../sim/traffic/final-read-back.ts';
import type { Answered, Failed, HttpPort, HttpRequest } from '../../../sim/traffic/http-client.ts';
import { ClientMemory, type JobMemory } from '../../../sim/traffic/memory.ts';
import { Requests } from '../../../sim/traffic/requests.ts';
import { hashOfValue } from '../../../sim/traffic/row-values.ts';
import type { Protocol, RequestTemplate } from '../../../sim/world/protocol.ts';
import { eventually } from '../../support/until.ts';

type Recorded = Readonly<Record<string, unknown>> & { readonly kind: string };

let recorded: Recorded[];
const events = { record: (kind: string, fields: object) => void recorded.push({ kind, ...fields }) };
beforeEach(() => {
  recorded = [];
});

/** Answers by path, in turn where there are several answers, the last one again and again. */
class FakeHttp implements HttpPort {
  readonly asked: string[] = [];
  readonly #answers: Readonly<Record<string, (Answered | Failed)[]>>;

  constructor(answers: Readonly<Record<string, (Answered | Failed)[]>>) {
    this.#answers = answers;
  }

  send({ method, path }: HttpRequest, wantBody: boolean, done: (result: Answered | Failed) => void): void {
    this.asked.push(`${method} ${path}`);
    const answers = this.#answers[path] ?? [];
    const answer = answers.length > 1 ? answers.shift()! : answers[0];
    if (!answer) throw new Error(`nobody knows ${path}`);
    setImmediate(() => done(answer.kind === 'answered' && !wantBody ? { ...answer, body: '' } : answer));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

const answer = (status: number, headers: Answered['headers'], body = ''): Answered => ({
  kind: 'answered',
  ...{ status, headers, body },
});
const cell = { 'x-cell-id': 'b', 'x-cell-epoch': '3', 'x-request-id': 'q1' };
const job = (id: string): JobMemory => ({ id, tenant: 't01', request: 'r', acceptedMs: 0, ended: false });

async function readBack(http: HttpPort, memory: ClientMemory, protocol: Protocol | null = null, withinMs = 10_000) {
  const run = new FinalReadBackRun({ time: realTime, http, events, memory, life: 'x', protocol, withinMs });
  await eventually('all is read back', () => run.status().done);
  return run.status();
}

const answered = () => recorded.filter(({ kind }) => kind === 'request.answered');

test('every row that was ever written to is read, and every job asked after until it has ended', async () => {
  const memory = new ClientMemory();
  for (const row of ['r1', 'r2']) memory.row('t01', 's1', row);
  memory.accepted(job('j1'));
  memory.accepted(job('j2'));
  const http = new FakeHttp({
    '/sheets/s1/rows/r1': [answer(200, { ...cell, etag: '"4-ab12"' }, '{"value":1,"version":4}')],
    '/sheets/s1/rows/r2': [answer(404, cell)],
    '/jobs/j1': [
      answer(200, cell, '{"state":"running","attempts":1}'),
      answer(200, cell, '{"state":"done","attempts":2}'),
    ],
    '/jobs/j2': [answer(404, cell)],
  });
  expect(await readBack(http, memory)).toEqual({ rows: 2, read: 2, jobs: 2, ended: 2, done: true });
  const common = { purpose: 'final', attempt: 1, tenant: 't01', cell: 'b', epoch: 3, outcome: 'ok', final: true };
  expect(answered()).toEqual([
    expect.objectContaining({ ...common, op: 'read', status: 200, etag: '"4-ab12"', version: 4 }),
    expect.objectContaining({ ...common, op: 'read', status: 404, etag: null, version: null }),
    expect.objectContaining({ ...common, op: 'poll', job: 'j1', state: 'running', ended: false, attempts: 1 }),
    expect.objectContaining({ ...common, op: 'poll', job: 'j2', status: 404, state: null }),
    expect.objectContaining({ ...common, op: 'poll', job: 'j1', state: 'done', ended: true, attempts: 2 }),
  ]);
  const sent = recorded.filter(({ kind }) => kind === 'request.sent');
  expect(sent.slice(0, 3).map(({ args }) => args)).toEqual([
    { sheet: 's1', row: 'r1' },
    { sheet: 's1', row: 'r2' },
    { job: 'j1' },
  ]);
  expect(new Set(recorded.map(({ request }) => request)).size).toBe(5);
});

test('only the cell itself can say that a row is not there: a router is asked again', async () => {
  const memory = new ClientMemory();
  memory.row('t01', 's1', 'r1');
  const http = new FakeHttp({
    '/sheets/s1/rows/r1': [
      answer(503, { 'retry-after': '1' }),
      { kind: 'failed', code: 'ECONNRESET' },
      answer(404, {}),
      answer(200, { ...cell, etag: '"1-aa"' }),
    ],
  });
  expect(await readBack(http, memory)).toMatchObject({ read: 1, done: true });
  expect(answered().map(({ outcome, status }) => `${outcome} ${status}`)).toEqual([
    'refused 503',
    'unknown null',
    'refused 404',
    'ok 200',
  ]);
});

test('what does not answer in time stays unread, and is said to be', async () => {
  const memory = new ClientMemory();
  memory.row('t01', 's1', 'r1');
  memory.accepted(job('j1'));
  const http = new FakeHttp({
    '/sheets/s1/rows/r1': [answer(503, { 'retry-after': '1' })],
    '/jobs/j1': [answer(200, cell, '{"state":"queued","attempts":0}')],
  });
  expect(await readBack(http, memory, null, 600)).toEqual({ rows: 1, read: 0, jobs: 1, ended: 0, done: true });
});

const template = (name: string, more: Partial<RequestTemplate>): RequestTemplate => ({
  ...{ method: 'GET', path: `/${name}/{{key}}`, headers: {}, body: null, expect: [200] },
  ...{ value: null, version: null, id: null, state: null, ended: [] },
  ...more,
});
const protocol: Protocol = {
  write: template('notes', { method: 'PUT', body: '{{value}}', expect: [204] }),
  read: template('notes', { value: '/text' }),
  submit: null,
  poll: null,
};

test('of a service that is not Petri’s a read is recorded with the hash of what it showed', async () => {
  const memory = new ClientMemory();
  memory.row('t01', 's1', 'r1');
  const http = new FakeHttp({ '/notes/s1-r1': [answer(200, cell, '{"text":"secret"}')] });
  await readBack(http, memory, protocol);
  expect(answered()).toEqual([expect.objectContaining({ op: 'read', status: 200, valueHash: hashOfValue('secret') })]);
  expect(JSON.stringify(recorded)).not.toContain('secret');

  const requests = new Requests({ time: realTime, http, events, memory, seed: 1, life: 'y', clientRetry: 'none' });
  const planned = {
    tenant: 't01',
    op: 'read' as const,
    args: { sheet: 's1', row: 'r1' },
    key: null,
    template: protocol.read!,
  };
  requests.start({ ...planned, method: 'GET', path: '/notes/s1-r1', body: null }, 0);
  await eventually('the read is answered', () => answered().length === 2);
  expect(answered()[1]).toMatchObject({ status: 200, valueHash: hashOfValue('secret') });
});
