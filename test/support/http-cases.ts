/** What is asked of a router and compared: on real processes, and in virtual time. */

export interface Asking {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface Fault {
  readonly kind: string;
  readonly target: string;
  readonly settings?: Readonly<Record<string, number>>;
  /** The same settings as somebody types them. */
  readonly typed?: readonly string[];
}

export interface HttpCase {
  readonly name: string;
  /** One request after the other, each made with the answer to the one before; the last answer is what is compared. */
  readonly steps: readonly ((before: Seen | undefined) => Asking)[];
}

/** A name for the report, what is done to the world, and a word that keeps its rows and keys apart from the others'. */
export interface Situation {
  readonly name: string;
  readonly asked: string;
  readonly faults: readonly Fault[];
}

const hurt = (kind: string, target: string, more: Pick<Fault, 'settings' | 'typed'> = {}): Situation => ({
  name: `${kind} ${target}`,
  asked: `${kind}-${target}`.replaceAll(/[^a-z0-9]+/g, '-'),
  faults: [{ kind, target, ...more }],
});

export const situations: readonly Situation[] = [
  { name: 'nothing is hurt', asked: 'calm', faults: [] },
  hurt('kill', 'b'),
  hurt('pause', 'b'),
  hurt('kill', 'b/alb'),
  hurt('pause', 'b/alb'),
  hurt('kill', 'b/web/1'),
  hurt('kill', 'b/worker/1'),
  hurt('kill', 'b/aurora/writer'),
  hurt('kill', 'b/aurora/reader'),
  hurt('kill', 'b/dynamodb'),
  hurt('kill', 'b/sqs'),
  hurt('kill', 'map'),
  hurt('kill', 'control'),
  hurt('partition', 'router->b'),
  hurt('partition', 'b/web->b/aurora'),
  hurt('partition', 'b/web->b/sqs'),
  hurt('partition', 'b/worker->b/aurora'),
  hurt('reset', 'router->b'),
  hurt('latency', 'router->b', { settings: { latency: 200, jitter: 0 }, typed: ['latency=200ms', 'jitter=0ms'] }),
  hurt('error-answers', 'b', { settings: { share: 1, status: 500 }, typed: ['share=100%', 'status=500'] }),
  hurt('read-only', 'b/aurora'),
  hurt('disk-full', 'b/aurora'),
];

/** Of the default world with two cells: one tenant of each. */
const [ofA, ofB] = ['t01', 't40'];

const json = { 'content-type': 'application/json' };

function write(tenant: string, row: string, body: unknown, more: Readonly<Record<string, string>> = {}): Asking {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return {
    method: 'PUT',
    path: `/sheets/s/rows/${row}`,
    headers: { 'x-tenant-id': tenant, ...json, ...more },
    body: text,
  };
}

function read(tenant: string, path: string): Asking {
  return { method: 'GET', path, headers: { 'x-tenant-id': tenant } };
}

function submit(tenant: string, body: unknown, more: Readonly<Record<string, string>> = {}): Asking {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', path: '/jobs', headers: { 'x-tenant-id': tenant, ...json, ...more }, body: text };
}

const small = { kind: 'recalc', sheet: 's', units: 1 };

/** Asked while nothing is hurt yet, so that there is something to read. */
export function prelude(asked: string): readonly Asking[] {
  return [ofA, ofB].map((tenant) => write(tenant, `${asked}-known`, { value: 'before' }));
}

export function requests(asked: string): readonly HttpCase[] {
  const one = (name: string, ...steps: HttpCase['steps']): HttpCase => ({ name, steps });
  return [
    one('a write', () => write(ofB, `${asked}-1`, { value: 1 })),
    one('a second write of the same row', ...[1, 2].map((value) => () => write(ofB, `${asked}-2`, { value }))),
    one(
      'a write that came before, by its key',
      ...again(() => write(ofB, `${asked}-3`, { value: 1 }, { 'idempotency-key': `${asked}-k1` })),
    ),
    one(
      'another write with the same key',
      ...[1, 2].map((value) => () => write(ofB, `${asked}-4`, { value }, { 'idempotency-key': `${asked}-k2` })),
    ),
    one('a write that is no JSON', () => write(ofB, `${asked}-5`, '{"value":')),
    one('a write without a value', () => write(ofB, `${asked}-6`, { worth: 1 })),
    one('a write with a value that is too large', () => write(ofB, `${asked}-7`, { value: 'x'.repeat(70_000) })),
    one('a write with a key that is too long', () =>
      write(ofB, `${asked}-8`, { value: 1 }, { 'idempotency-key': 'k'.repeat(300) }),
    ),
    one('a read of a row', () => read(ofB, `/sheets/s/rows/${asked}-known`)),
    one('a read of a row that is not there', () => read(ofB, `/sheets/s/rows/${asked}-none`)),
    one('a read of a row with a name that cannot be', () => read(ofB, `/sheets/s/rows/${'r'.repeat(80)}`)),
    one('a job', () => submit(ofB, small)),
    one('a large job', () => submit(ofB, { ...small, units: 5000 })),
    one('a job that came before, by its key', ...again(() => submit(ofB, small, { 'idempotency-key': `${asked}-k3` }))),
    one('a job of an unknown kind', () => submit(ofB, { ...small, kind: 'magic' })),
    one('a job of no size', () => submit(ofB, { ...small, units: 0 })),
    one('a job that is not there', () => read(ofB, '/jobs/none')),
    one(
      "a job of another tenant's",
      () => submit(ofA, small),
      (before) => read(ofB, before?.headers['location'] ?? '/jobs/none'),
    ),
    one('a path that is none', () => read(ofB, '/nothing/here')),
    one('a method that is none there', () => ({ ...read(ofB, `/sheets/s/rows/${asked}-known`), method: 'DELETE' })),
    one('no tenant', () => ({ method: 'GET', path: '/jobs/none', headers: {} })),
    one('a tenant that cannot be', () => read('T 40!', '/jobs/none')),
    one('a tenant that nobody knows', () => read('stranger', '/jobs/none')),
    one("a write of the other cell's tenant", () => write(ofA, `${asked}-9`, { value: 1 })),
    one("a read of the other cell's tenant", () => read(ofA, `/sheets/s/rows/${asked}-known`)),
  ];
}

function again(asking: () => Asking): HttpCase['steps'] {
  return [asking, asking];
}

/** What must be equal: not ids, not the wording of a refusal. */
export function told(seen: Seen | undefined): unknown {
  if (!seen) return null;
  const { status, headers, body } = seen;
  const { type, ...facts } = body as { readonly type?: string; readonly id?: string };
  const location = headers['location'];
  return {
    status,
    cell: headers['x-cell-id'] ?? null,
    epoch: headers['x-cell-epoch'] ?? null,
    etag: headers['etag'] ?? null,
    retryAfter: headers['retry-after'] ?? null,
    allow: headers['allow'] ?? null,
    hasId: headers['x-request-id'] !== undefined,
    location: location === undefined ? null : location.replace(/[^/]+$/, 'ID'),
    said: status < 300 ? { ...facts, ...(facts.id === undefined ? {} : { id: 'ID' }) } : type,
  };
}
