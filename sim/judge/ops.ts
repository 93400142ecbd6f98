import type { Event } from '../../cells/runtime/events.ts';
import { hashText } from '../../cells/sheets/hash.ts';
import type { Rows } from './rows.ts';
import type { Op, Outcome } from './witness.ts';

const kinds: Readonly<Record<string, Op['kind']>> = {
  read: 'read',
  write: 'write',
  job: 'job',
  xl: 'job',
  poll: 'poll',
};

/** The operation that a client's `request.sent` begins. */
export function opOfSent(event: Event, rows: Rows): Op {
  const args = (event['args'] ?? {}) as Readonly<Record<string, unknown>>;
  const kind = kinds[event['op'] as string] ?? 'read';
  const tenant = event['tenant'] as string;
  const hasRow = kind === 'read' || kind === 'write';
  return newOp({
    request: event['request'] as string,
    tenant,
    kind,
    key: (event['key'] as string | null) ?? null,
    row: hasRow ? rows.get(tenant, `${args['sheet'] as string}/${args['row'] as string}`) : null,
    hash: kind === 'write' ? hashText(args['value'] as string) : null,
    foreign: false,
    final: event['purpose'] === 'final',
    sentT: event.t,
    sent: event,
    job: kind === 'poll' ? ((args['job'] ?? args['id'] ?? null) as string | null) : null,
  });
}

/** An operation that only a router has recorded; null where it is none that anything is said about. */
export function opOfRouted(event: Event, rows: Rows): Op | null {
  const tenant = event['tenant'];
  const path = event['path'];
  if (typeof tenant !== 'string' || typeof path !== 'string') return null;
  const row = rowOfPath(path);
  const method = event['method'];
  const kind = row ? (method === 'GET' ? 'read' : method === 'PUT' ? 'write' : null) : jobKind(method, path);
  if (kind === null) return null;
  const etag = readEtag(event['etag']);
  const op = newOp({
    request: event['request'] as string,
    tenant,
    kind,
    key: (event['key'] as string | null | undefined) ?? null,
    row: row === null ? null : rows.get(tenant, row),
    hash: kind === 'write' ? (etag?.hash ?? null) : null,
    foreign: true,
    final: false,
    sentT: event['sentT'] as number,
    sent: null,
    job: (event['job'] as string | null) ?? null,
  });
  endOp(op, event, event['outcome'] as Outcome);
  return op;
}

/** What the last answer says. */
export function endOp(op: Op, event: Event, outcome: Outcome): void {
  op.waiting = false;
  op.answer = event;
  op.outcome = outcome !== 'ok' && op.doubted ? 'unknown' : outcome;
  op.status = (event['status'] as number | null) ?? null;
  op.cell = (event['cell'] as string | null) ?? null;
  op.epoch = (event['epoch'] as number | null) ?? null;
  if (op.outcome !== 'ok') return;
  if (op.row) readRow(op, event);
  else if (op.kind === 'job') op.job = (event['job'] as string | null) ?? null;
  else op.state = stateOf(op.status, event);
}

/** Version and hash of an etag as a cell writes it, `"7-9f86d081884c7d65"`; null where it is none. */
export function readEtag(etag: unknown): { readonly version: number; readonly hash: string } | null {
  if (typeof etag !== 'string') return null;
  const dash = etag.indexOf('-');
  if (dash < 2 || etag.charCodeAt(0) !== 34 || etag.length - dash !== 18) return null;
  const version = Number(etag.slice(1, dash));
  return Number.isInteger(version) ? { version, hash: etag.slice(dash + 1, -1) } : null;
}

function readRow(op: Op, event: Event): void {
  if (op.status === 404) {
    op.version = 0;
    return;
  }
  const etag = readEtag(event['etag']);
  op.version = etag?.version ?? (event['version'] as number | null | undefined) ?? null;
  op.seenHash = etag?.hash ?? (event['valueHash'] as string | null | undefined) ?? null;
}

/** What a poll says: `none` where there is no such job. A service of the user's own has words of its own for an end. */
function stateOf(status: number | null, event: Event): string | null {
  if (status === 404) return 'none';
  const state = (event['state'] as string | null | undefined) ?? null;
  return event['ended'] === true && state !== 'dead' ? 'done' : state;
}

function rowOfPath(path: string): string | null {
  if (!path.startsWith('/sheets/')) return null;
  const parts = path.split('/');
  return parts.length === 5 && parts[3] === 'rows' ? `${parts[2]}/${parts[4]}` : null;
}

function jobKind(method: unknown, path: string): 'job' | null {
  return method === 'POST' && path === '/jobs' ? 'job' : null;
}

type Fixed = 'request' | 'tenant' | 'kind' | 'key' | 'row' | 'hash' | 'foreign' | 'final' | 'sentT' | 'sent' | 'job';

function newOp(fixed: Pick<Op, Fixed>): Op {
  return {
    request: fixed.request,
    tenant: fixed.tenant,
    kind: fixed.kind,
    key: fixed.key,
    row: fixed.row,
    hash: fixed.hash,
    foreign: fixed.foreign,
    final: fixed.final,
    sentT: fixed.sentT,
    sent: fixed.sent,
    attempts: 1,
    waiting: true,
    doubted: false,
    outcome: null,
    answer: null,
    status: null,
    version: null,
    seenHash: null,
    cell: null,
    epoch: null,
    job: fixed.job,
    state: null,
    floor: 0,
    ackFloor: 0,
    ackCount: 0,
    epochFloor: 0,
    effects: 0,
    effect: null,
  };
}
