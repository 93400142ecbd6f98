import type { FaultKind } from './fault.ts';
import { seenStates } from './seen.ts';

/** SIGSTOP, a grey failure: connections are accepted and kept, and nothing is ever answered. */
export const pause: FaultKind = {
  kind: 'pause',
  summary: 'freeze (SIGSTOP): accepts connections, never answers',
  example: 'petri pause b/aurora/writer --for 20s',
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
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.pause(address)));
  },
  async heal(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.resume(address)));
  },
  taken: (ports, fault) => seenStates(ports, fault, ['paused'], 'frozen'),
  // A part that died while it was frozen is no longer frozen: its service looks after it.
  gone: (ports, fault) => seenStates(ports, fault, ['running', 'dead', 'stopped', 'starting'], 'no longer frozen'),
};
