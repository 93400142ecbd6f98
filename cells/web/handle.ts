import type { Caller, CellPorts, CellRequest, CellResponse, Operation } from './exchange.ts';
import { getJob, submitJob } from './jobs.ts';
import { named } from './own-answer.ts';
import { problem } from './problem.ts';
import { quotaOf, takeToken } from './quota.ts';
import { getRow, putRow } from './rows.ts';
import { isKey, isTenant, readEpoch } from './validate.ts';

export type Handler = (request: CellRequest, caller: Caller, ports: CellPorts) => Promise<CellResponse>;

export const handlers: Readonly<Record<Operation, Handler>> = {
  'row.put': putRow,
  'row.get': getRow,
  'job.submit': submitJob,
  'job.get': getJob,
};

/** Answers one request of a tenant. Rejects only on a bug. */
export async function handle(request: CellRequest, ports: CellPorts): Promise<CellResponse> {
  const requestId = request.headers['x-request-id'] ?? ports.newId();
  const headers = { ...request.headers, 'x-request-id': requestId };
  return named(headers, ports, await answer(request, requestId, ports));
}

async function answer(request: CellRequest, requestId: string, ports: CellPorts): Promise<CellResponse> {
  const checked = checkHeads(request.headers, requestId, ports.cell);
  if ('status' in checked) return checked;
  if (!withinQuota(checked.tenant, ports)) return problem('over-quota', `${checked.tenant} sends too much`);
  if (typeof request.body !== 'string') return problem('too-large', 'a body may have 256 KiB');

  const running = checked.key === null ? null : `${checked.tenant} ${checked.key}`;
  if (running !== null && ports.runningKeys.has(running)) {
    return problem('key-in-use', 'the first request with this key has not ended yet');
  }
  if (running !== null) ports.runningKeys.add(running);
  const startedMs = ports.clock.monotonicMs();
  try {
    return await ports.decisions.handlers[request.operation](request, checked, ports);
  } catch (error) {
    return ports.decisions.auroraFailure(error, ports.clock.monotonicMs() - startedMs, ports.auroraTimeoutMs);
  } finally {
    if (running !== null) ports.runningKeys.delete(running);
  }
}

function checkHeads(headers: CellRequest['headers'], requestId: string, cell: string): Caller | CellResponse {
  const tenant = headers['x-tenant-id'];
  if (!isTenant(tenant)) return problem('bad-request', 'x-tenant-id must be one tenant: a-z 0-9 -, 1 to 63 characters');
  const meant = headers['x-cell-id'];
  const epoch = readEpoch(headers['x-cell-epoch']);
  if (meant === undefined || epoch === null) {
    return problem('bad-request', 'x-cell-id and x-cell-epoch are missing: requests come through the cell router');
  }
  if (meant !== cell) return problem('stale-route', `this is cell ${cell}, the request means another`);
  const key = headers['idempotency-key'] ?? null;
  if (key !== null && !isKey(key)) {
    return problem('bad-request', 'idempotency-key must be 1 to 255 visible ASCII characters');
  }
  return { tenant, epoch, requestId, key };
}

function withinQuota(tenant: string, ports: CellPorts): boolean {
  const rate = quotaOf(ports.quotas(), tenant);
  const { ok, bucket } = takeToken(ports.buckets.get(tenant), rate, ports.clock.monotonicMs());
  ports.buckets.set(tenant, bucket);
  return ok;
}
