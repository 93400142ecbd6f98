import type { FaultKind, OpenFault } from './fault.ts';
import { clearParts, freeParts, seenParts } from './conditioned.ts';

/** A machine whose clock is wrong. Time that passes, passes as ever: timeouts, health and queues do not notice. */
export const clockSkewed: FaultKind = {
  kind: 'clock-skewed',
  summary: 'set a part’s Unix clock off; timers and timeouts are as ever',
  example: 'petri fault clock-skewed b/web/1 by=5m --for 20s',
  targets: ['cell', 'web', 'worker', 'xl', 'aurora', 'dynamodb', 'router', 'map', 'control'],
  settings: [
    { name: 'by', type: 'durationMs', default: 300_000, min: 100, max: 3_600_000, summary: 'how far it is off' },
    { name: 'direction', type: 'word', default: 'ahead', words: ['ahead', 'behind'], summary: 'which way' },
  ],
  defaultForMs: 60_000,
  outlivesRestart: true,
  holds: () => false,
  async inject(ports, fault) {
    await ports.setCondition(fault.id, clocksOf(fault), { kind: 'clock-off', byMs: offOf(fault) });
  },
  heal: (ports, fault) => clearParts(ports, fault, clocksOf(fault)),
  taken(ports, fault) {
    // Two skews of one part add up, so that only the first can be told from its size.
    const isOff = ({ clockOffMs, faults }: { readonly clockOffMs: number; readonly faults: readonly string[] }) =>
      faults.length > 1 || Math.abs(clockOffMs - offOf(fault)) < closeMs;
    return seenParts(ports, clocksOf(fault), isOff, `${offOf(fault)} ms off`);
  },
  gone: (ports, fault) =>
    freeParts(ports, fault, clocksOf(fault), ({ clockOffMs }) => Math.abs(clockOffMs) < closeMs, 'right again'),
};

/** Two readings of one clock, one after the other. */
const closeMs = 50;

function offOf({ settings }: OpenFault): number {
  return Number(settings['by']) * (settings['direction'] === 'behind' ? -1 : 1);
}

/** A queue engine and a service of the user's own have clocks that Petri cannot set. */
function clocksOf({ target }: OpenFault): readonly string[] {
  return target.addresses.filter((address) => /\/(web|worker|xl|aurora|dynamodb)|^(router|map|control)/.test(address));
}
