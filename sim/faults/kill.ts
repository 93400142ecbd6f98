import type { FaultKind, OpenFault } from './fault.ts';
import { seenBack, seenStates } from './seen.ts';

/** A cell, the map, control and routers stay down once killed; a task is replaced by its service unless `--hold` says otherwise. */
export function staysDown(fault: Pick<OpenFault, 'target' | 'hold'>): boolean {
  return fault.hold || ['cell', 'map', 'control', 'router'].includes(fault.target.kind);
}

/** SIGKILL: no goodbye, open connections are reset, what was in flight is in doubt. */
export const kill: FaultKind = {
  kind: 'kill',
  summary: 'end at once (SIGKILL); a task is replaced, a cell, map, control or router stays down',
  example: 'petri kill b',
  targets: [
    'cell',
    'alb',
    'web',
    'worker',
    'xl',
    'aurora',
    'dynamodb',
    'sqs',
    'service',
    'links',
    'router',
    'map',
    'control',
  ],
  settings: [],
  defaultForMs: null,
  holds: (target) => staysDown({ target, hold: false }),
  async inject(ports, fault) {
    if (staysDown(fault)) ports.hold(fault.id, fault.target.addresses);
    await Promise.all(fault.target.addresses.map((address) => ports.kill(address)));
  },
  async heal(ports, fault) {
    ports.release(fault.id);
    await ports.startMissing(fault.target.addresses);
  },
  async taken(ports, fault) {
    if (staysDown(fault)) return seenStates(ports, fault, ['dead', 'stopped'], 'gone');
    return { ok: true, text: `${fault.target.text} was killed; its service replaces it` };
  },
  gone: seenBack,
};
