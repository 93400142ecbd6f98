import { faultKinds } from '../faults/catalogue.ts';
import type { FaultKind } from '../faults/fault.ts';
import { quote } from '../world/quantities.ts';
import { didYouMean } from '../world/suggest.ts';
import type { Invocation } from './context.ts';
import { describeFault } from './describe-status.ts';
import { usage } from './failure.ts';
import { parseFaultSettings } from './fault-settings.ts';
import { withWorld } from './live-world.ts';
import { flag, forOption } from './options.ts';
import { printJson } from './print.ts';

export interface FaultRequest {
  readonly kind: string;
  readonly target: string;
  readonly settings: readonly string[];
}

/** Injects a fault and prints what its probe saw. Everything about the words is checked before the world is asked. */
export async function injectFault(invocation: Invocation, request: FaultRequest): Promise<void> {
  const { context, options } = invocation;
  const kind = findKind(request.kind);
  const settings = parseFaultSettings(kind, request.settings);
  if (!settings.ok) usage(settings.error);
  const forMs = forOption(options);
  await withWorld(invocation, async (world) => {
    const fault = await world.call('fault.inject', {
      kind: kind.kind,
      target: request.target,
      settings: settings.value,
      forMs,
      hold: flag(options, 'hold'),
      by: context.commandLine,
    });
    if (flag(options, 'json')) return printJson(context, fault);
    // A world in virtual time has a date of its own.
    const { now } = await world.call('status', {});
    context.out(describeFault(fault, now));
  });
}

export function findKind(name: string): FaultKind {
  const kind = faultKinds.find((candidate) => candidate.kind === name);
  if (kind) return kind;
  const names = faultKinds.map((candidate) => candidate.kind);
  return usage(`there is no fault ${quote(name)}${didYouMean(name, names)}; the kinds are ${names.join(', ')}`);
}
