import type { FaultKind } from './fault.ts';
import { seenCutOff } from './seen.ts';

/** `docker network disconnect`: the part lives and reaches nobody; its connections hang, and its name is unknown until it is back. */
export const disconnect: FaultKind = {
  kind: 'disconnect',
  summary: 'take containers off their networks (docker network disconnect)',
  example: 'petri fault disconnect b/web/1 --for 20s',
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
  on: ['docker'],
  settings: [],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.disconnect(address)));
  },
  async heal(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.reconnect(address)));
  },
  taken: (ports, fault) => seenCutOff(ports, fault, true, 'off their networks'),
  gone: (ports, fault) => seenCutOff(ports, fault, false, 'on their networks'),
};
