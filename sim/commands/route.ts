import { safeText } from '../state/safe-text.ts';
import type { RouteAnswer } from '../supervisor/contract.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { checkTenantId } from './tenant-id.ts';

export async function run(invocation: Invocation): Promise<void> {
  const tenant = checkTenantId(invocation.args[0]!);
  const answer = await withWorld(invocation, (world) => world.call('route', { tenant }));
  if (flag(invocation.options, 'json')) printJson(invocation.context, answer);
  else invocation.context.out(safeText(describe(answer)));
}

function describe({ tenant, cell, epoch, override, mapVersion, decision }: RouteAnswer): string {
  const place = cell === null ? 'is not in the map' : `lives in cell ${cell}, epoch ${epoch}`;
  const mark = override === null ? '' : `, ${override}`;
  const now =
    decision.kind === 'forward'
      ? 'the router would forward its requests now'
      : `the router would refuse its requests now: ${decision.status} ${decision.reason}`;
  return `${tenant} ${place}${mark} (map v${mapVersion}); ${now}`;
}
