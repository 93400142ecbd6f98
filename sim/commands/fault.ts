import { faultKinds } from '../faults/catalogue.ts';
import type { FaultKind } from '../faults/fault.ts';
import { printDuration } from '../world/quantities.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { printSettingTakes } from './fault-settings.ts';
import { findKind, injectFault } from './inject-fault.ts';
import { quoteLinks } from './print.ts';

export async function run(invocation: Invocation): Promise<void> {
  const [name = '', ...words] = invocation.args;
  const kind = findKind(name);
  const hasTarget = words[0] !== undefined && !words[0].includes('=');
  const target = hasTarget ? words[0]! : onlyTarget(kind);
  await injectFault(invocation, { kind: name, target, settings: hasTarget ? words.slice(1) : words });
}

/** `map-down` can only mean the map. */
function onlyTarget(kind: FaultKind): string {
  const [only, ...others] = kind.targets;
  if (others.length === 0 && (only === 'map' || only === 'control')) return only;
  return usage(`the fault ${kind.kind} needs a target, for example: ${quoteLinks(kind.example)}`);
}

/** The kinds with their settings, for `petri fault --help`. */
export function moreHelp(): string {
  const width = Math.max(...faultKinds.map((kind) => kind.kind.length));
  const lines = faultKinds.flatMap((kind) => [
    `  ${kind.kind.padEnd(width)}  ${kind.summary}`,
    `  ${''.padEnd(width)}  on ${kind.targets.join(', ')}; ${lasts(kind)}${kind.on ? `; only in a world on ${kind.on.join(' or ')}` : ''}`,
    ...kind.settings.map(
      (setting) => `  ${''.padEnd(width)}  ${setting.name}=  ${setting.summary} (${printSettingTakes(setting)})`,
    ),
    `  ${''.padEnd(width)}  ${quoteLinks(kind.example)}`,
  ]);
  return ['', '', 'Kinds:', ...lines].join('\n');
}

function lasts(kind: FaultKind): string {
  if (kind.defaultForMs === null) return 'lasts until healed, restarted or replaced';
  return kind.defaultForMs === 0 ? 'over once it has taken' : `lasts ${printDuration(kind.defaultForMs)} without --for`;
}
