import type { PolicyRow } from '../supervisor/contract.ts';
import { findPolicy, parsePolicy, unknownPolicy } from '../world/policies.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { withWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson, printTable } from './print.ts';

/** Without words the whole table, with a name one row, with a name and a value a change. */
export async function run(invocation: Invocation): Promise<void> {
  const { args, options, context } = invocation;
  const [name, typed] = args;
  if (name !== undefined && !findPolicy(name)) usage(unknownPolicy(name));
  const value = name !== undefined && typed !== undefined ? checked(name, typed) : null;
  const rows = await withWorld(invocation, async (world): Promise<readonly PolicyRow[]> => {
    if (name !== undefined && value !== null) return [await world.call('policy.set', { name, value })];
    const all = await world.call('policy.list', {});
    return name === undefined ? all : all.filter((row) => row.name === name);
  });
  if (flag(options, 'json')) return printJson(context, name === undefined ? rows : rows[0]);
  const head = ['POLICY', 'VALUE', 'DEFAULT', 'TAKES', 'PREVENTS'];
  printTable(
    context,
    head,
    rows.map((row) => [row.name, row.value, row.default, row.takes, row.prevents.join(' ')]),
    rows.map((row) => `  ${row.summary}`),
  );
}

function checked(name: string, typed: string): string {
  const parsed = parsePolicy(name, typed);
  return parsed.ok ? parsed.value.value : usage(parsed.error);
}
