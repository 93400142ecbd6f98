import type { TenantStatus } from '../state/status.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { figure, percent, printJson, printTable } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const tenants = await withWorld(invocation, (world) => world.call('tenants', {}));
  if (flag(invocation.options, 'json')) return printJson(invocation.context, tenants);
  const head = ['TENANT', 'CELL', 'EPOCH', 'STATE', 'OVERRIDE', 'REQ/S', 'ERRORS', 'P99'];
  printTable(invocation.context, head, tenants.map(row));
}

function row(tenant: TenantStatus): readonly string[] {
  return [
    tenant.id,
    tenant.cell,
    String(tenant.epoch),
    tenant.state,
    tenant.override ?? '-',
    figure(tenant.rps),
    percent(tenant.errorRatio),
    figure(tenant.latencyMsP99, ' ms'),
  ];
}
