import type { FaultKind } from './fault.ts';
import { seenSize } from './seen.ts';

/** A task that gets less cpu than it was sized for: everything it does takes longer, its garbage collection too. */
export const cpuStarved: FaultKind = {
  kind: 'cpu-starved',
  summary: 'give containers only a part of a core, while they run',
  example: 'petri fault cpu-starved b/web/1 cpus=0.05 --for 20s',
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
  settings: [
    {
      name: 'cpus',
      type: 'number',
      default: 0.05,
      min: 0.01,
      max: 1,
      summary: 'shares of a core that each is left with',
    },
  ],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    const cpus = Number(fault.settings['cpus']);
    await Promise.all(fault.target.addresses.map((address) => ports.limit(address, { cpus })));
  },
  async heal(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.limit(address, null)));
  },
  taken: (ports, fault) =>
    seenSize(ports, fault, (size, planned) => size.cpus < planned.cpus, 'with less cpu than planned'),
  gone: (ports, fault) => seenSize(ports, fault, (size, planned) => size.cpus === planned.cpus, 'as planned'),
};
