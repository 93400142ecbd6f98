import type { Invocation } from './context.ts';
import { fidelity } from './fidelity.ts';
import { deviations } from '../substrate/deviations.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { version } from '../version.ts';

export async function run({ options, context }: Invocation): Promise<void> {
  const showTable = flag(options, 'fidelity');
  if (flag(options, 'json')) {
    printJson(context, {
      name: 'petri',
      version: version,
      node: process.version,
      ...(showTable ? { fidelity, deviations } : {}),
    });
    return;
  }
  if (!showTable) {
    context.out(`petri ${version}, on Node ${process.version.slice(1)}, ${process.platform} ${process.arch}`);
    context.out('Grow a small cloud of cells on your laptop. Kill one. See who notices.');
    context.out('A cell is one complete, separate copy of a service that serves its own share of the tenants.');
    context.out('What stands for what, and what the stand-in cannot show: petri about --fidelity');
    return;
  }
  for (const row of fidelity) {
    context.out(row.cloud);
    context.out(`  here: ${row.here}`);
    context.out(`  part: ${row.part}`);
    context.out(`  cannot show: ${row.cannotShow}`);
  }
  context.out('');
  context.out('What one substrate does not do, where the other one does:');
  for (const deviation of deviations) {
    context.out(`  not on ${deviation.substrate}: ${deviation.case}`);
    context.out(`    ${deviation.reason}`);
  }
}
