import type {
  MoveCursor,
  MoveDigest,
  MovedJob,
  MovedRequest,
  MovedRow,
  MovePage,
  MoveReads,
} from '../aurora/move-contract.ts';
import { hashText } from './hash.ts';
import type { ReadStore } from './store.ts';

type Export = MoveReads['move.export'];
type Digest = MoveReads['move.digest'];

/** Nobody else is served while a page is made or taken: so many entries, and about so many characters of them. */
const entriesMax = 250;
const charactersMax = 256 * 1024;

/** A page of what the old home holds; only under the fence, so that nothing changes between two pages. */
export function exportPage(store: ReadStore, { tenant, epoch, after }: Export['args']): Export['result'] {
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (there.epoch !== epoch || there.residence !== 'gone') return { kind: 'stale', ...there };
  return { kind: 'ok', page: pageOf(store, tenant, after) };
}

/** The same page as a digest, in either home. */
export function digestPage(store: ReadStore, { tenant, epoch, after }: Digest['args']): Digest['result'] {
  const there = store.tenant(tenant);
  if (!there) return { kind: 'no-tenant' };
  if (there.epoch !== epoch) return { kind: 'stale', ...there };
  return { kind: 'ok', digest: digestOf(pageOf(store, tenant, after)) };
}

interface Room {
  entries: number;
  characters: number;
}

function pageOf(store: ReadStore, tenant: string, after: MoveCursor | null): MovePage {
  const rows: MovedRow[] = [];
  const requests: MovedRequest[] = [];
  const jobs: MovedJob[] = [];
  const room: Room = { entries: entriesMax, characters: charactersMax };
  const from = after?.table ?? 'rows';
  const end = (next: MoveCursor | null): MovePage => ({ rows, requests, jobs, next });

  if (from === 'rows') {
    const found = store.rowsOf(tenant, after?.table === 'rows' ? after : null, room.entries + 1);
    if (!fill(rows, found, room)) return end(lastOf(rows, requests, jobs));
  }
  if (from !== 'jobs') {
    const found = store.requestsOf(tenant, after?.table === 'requests' ? after.key : null, room.entries + 1);
    if (!fill(requests, found, room)) return end(lastOf(rows, requests, jobs));
  }
  const found = store.jobsOf(tenant, after?.table === 'jobs' ? after.id : null, room.entries + 1);
  return end(fill(jobs, found, room) ? null : lastOf(rows, requests, jobs));
}

/** False once there is no room for what was found. */
function fill<Entry>(into: Entry[], found: readonly Entry[], room: Room): boolean {
  for (const entry of found) {
    if (room.entries === 0 || room.characters <= 0) return false;
    into.push(entry);
    room.entries -= 1;
    room.characters -= JSON.stringify(entry).length;
  }
  return true;
}

function lastOf(
  rows: readonly MovedRow[],
  requests: readonly MovedRequest[],
  jobs: readonly MovedJob[],
): MoveCursor | null {
  const [row, request, job] = [rows.at(-1), requests.at(-1), jobs.at(-1)];
  if (job) return { table: 'jobs', id: job.id };
  if (request) return { table: 'requests', key: request.key };
  return row ? { table: 'rows', sheet: row.sheet, row: row.row } : null;
}

/** Field by field and not the objects as they are: a store may hand its fields in another order. */
function digestOf({ rows, requests, jobs, next }: MovePage): MoveDigest {
  const texts = [
    ...rows.map((row) => [row.sheet, row.row, row.valueJson, row.version, row.hash, row.computedJson]),
    ...requests.map(({ key, hash, answerJson }) => [key, hash, answerJson]),
    ...jobs.map((job) => [
      ...[job.id, job.tenant, job.kind, job.sheet, job.units, job.queue, job.state],
      ...[JSON.stringify(job.result), job.acceptedAtMs, job.endedAtMs, job.deliveries],
    ]),
  ];
  const hash = hashText(texts.map((fields) => JSON.stringify(fields)).join('\n'));
  return { rows: rows.length, requests: requests.length, jobs: jobs.length, hash, next };
}
