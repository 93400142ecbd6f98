import type { JobRow } from '../aurora/contract.ts';
import type { Item } from '../dynamodb/contract.ts';
import { RpcError } from '../protocol/rpc-error.ts';
import { hashText } from '../sheets/hash.ts';
import { queueFor } from '../sheets/sizing.ts';
import type { Caller, CellPorts, CellRequest, CellResponse } from './exchange.ts';
import { problem } from './problem.ts';
import { refuse } from './refuse.ts';
import { isName, parseJobOrder } from './validate.ts';

/** POST /jobs: the row and its place in the outbox are one transaction; delivery is the relay's. */
export async function submitJob(request: CellRequest, caller: Caller, ports: CellPorts): Promise<CellResponse> {
  const parsed = parseJobOrder(request.body as string);
  if (!parsed.ok) return problem('bad-request', parsed.error);
  const { kind, sheet, units } = parsed.value;
  const { tenant, epoch, key } = caller;
  const policies = ports.policies();
  const result = await ports.aurora.tx('job.submit', {
    tenant,
    epoch: policies.fence ? epoch : null,
    id: ports.newId(),
    kind,
    sheet,
    units,
    queue: queueFor(units, ports.xlAbove, policies.xlQueue),
    key,
    bodyHash: hashText(`POST jobs\n${kind} ${sheet} ${units}`),
    nowMs: ports.clock.nowMs(),
  });
  if (result.kind === 'key-mismatch') return problem('key-mismatch', 'the same key came with another request before');
  if (result.kind !== 'ok') return refuse(result, tenant);
  const { id, queue, replayed } = result;
  ports.events.record('job.accepted', {
    tenant,
    job: id,
    queue,
    units,
    jobKind: kind,
    epoch,
    key,
    request: caller.requestId,
    replayed,
  });
  ports.accepted(id);
  return { status: 202, headers: { location: `/jobs/${id}` }, body: { id, queue }, problem: false };
}

/** GET /jobs/{id}: Aurora's row is the truth; whether an open job runs, and its attempts, are DynamoDB's, if it is there. */
export async function getJob(request: CellRequest, caller: Caller, ports: CellPorts): Promise<CellResponse> {
  const { id } = request.params;
  if (!isName(id)) return problem('not-found', 'there is no such job');
  const epoch = ports.policies().fence ? caller.epoch : null;
  const [result, lease] = await Promise.all([
    ports.aurora.read('job.get', { tenant: caller.tenant, epoch, id }),
    ports.dynamodb.get('jobs', id).catch(noneWhereGone),
  ]);
  if (result.kind === 'none') return problem('not-found', `there is no job ${id}`);
  if (result.kind !== 'ok') return refuse(result, caller.tenant);
  return { status: 200, headers: {}, body: describeJob(result.job, lease, ports.clock.nowMs()), problem: false };
}

/** A job as its owner sees it. `lease` is the DynamoDB item, null where there is none or nobody can read it. */
export function describeJob(
  job: JobRow,
  lease: Item | null,
  nowMs: number,
): { readonly state: 'queued' | 'running' | 'done' | 'dead'; readonly attempts: number; readonly result: unknown } {
  const attempts = typeof lease?.['attempts'] === 'number' ? lease['attempts'] : 0;
  const leasedUntilMs = typeof lease?.['leasedUntilMs'] === 'number' ? lease['leasedUntilMs'] : 0;
  if (job.state !== 'open') return { state: job.state, attempts, result: job.result };
  return { state: leasedUntilMs > nowMs ? 'running' : 'queued', attempts, result: null };
}

function noneWhereGone(error: unknown): null {
  if (error instanceof RpcError) return null;
  throw error;
}
