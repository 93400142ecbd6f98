import { hashText } from '../sheets/hash.ts';
import { valueText } from '../sheets/etag.ts';
import type { Caller, CellPorts, CellRequest, CellResponse } from './exchange.ts';
import { problem } from './problem.ts';
import { refuse } from './refuse.ts';
import { isName, parseObject, valueBytesMax } from './validate.ts';

const nameRule = 'sheet and row must be 1 to 64 of A-Z a-z 0-9 . _ -, and neither . nor ..';

/** PUT /sheets/{sheet}/rows/{row} */
export async function putRow(request: CellRequest, caller: Caller, ports: CellPorts): Promise<CellResponse> {
  const { sheet, row } = request.params;
  if (!isName(sheet) || !isName(row)) return problem('bad-request', nameRule);
  const parsed = parseObject(request.body as string);
  if (!parsed.ok) return problem('bad-request', parsed.error);
  const { value } = parsed.value;
  if (value === undefined) return problem('bad-request', 'the body has no "value"');
  const json = valueText(value);
  if (Buffer.byteLength(json) > valueBytesMax) return problem('too-large', 'a value may have 64 KiB');

  const { tenant, epoch, key } = caller;
  const result = await ports.aurora.tx('row.put', {
    tenant,
    epoch: ports.policies().fence ? epoch : null,
    sheet,
    row,
    value,
    key,
    bodyHash: hashText(`PUT ${sheet}/${row}\n${json}`),
  });
  if (result.kind === 'key-mismatch') return problem('key-mismatch', 'the same key came with another request before');
  if (result.kind !== 'ok') return refuse(result, tenant);
  const { version, etag, replayed } = result;
  ports.events.record('write.committed', {
    tenant,
    sheet,
    row,
    version,
    etag,
    epoch,
    key,
    request: caller.requestId,
    replayed,
  });
  return { status: 200, headers: { etag }, body: { version }, problem: false };
}

/** GET /sheets/{sheet}/rows/{row} */
export async function getRow(request: CellRequest, caller: Caller, ports: CellPorts): Promise<CellResponse> {
  const { sheet, row } = request.params;
  if (!isName(sheet) || !isName(row)) return problem('bad-request', nameRule);
  const epoch = ports.policies().fence ? caller.epoch : null;
  const result = await ports.aurora.read('row.get', { tenant: caller.tenant, epoch, sheet, row });
  if (result.kind === 'none') return problem('not-found', `sheet ${sheet} has no row ${row}`);
  if (result.kind !== 'ok') return refuse(result, caller.tenant);
  const { value, version, etag } = result;
  return { status: 200, headers: { etag }, body: { value, version }, problem: false };
}
