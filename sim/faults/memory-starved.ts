import type { FaultKind } from './fault.ts';
import { seenSize } from './seen.ts';

const mebibyte = 1024 * 1024;

/** Less memory than the task was sized for: what it holds still fits, and its next large piece of work does not. */
export const memoryStarved: FaultKind = {
  kind: 'memory-starved',
  summary: 'lower the memory that containers may use, while they run',
  example: 'petri fault memory-starved b/worker/1 mebibytes=96 --for 20s',
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
      name: 'mebibytes',
      type: 'number',
      default: 128,
      min: 16,
      max: 16_384,
      summary: 'what each is left with; less than it holds now is refused',
    },
  ],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    const memoryBytes = Number(fault.settings['mebibytes']) * mebibyte;
    await Promise.all(fault.target.addresses.map((address) => ports.limit(address, { memoryBytes })));
  },
  async heal(ports, fault) {
    await Promise.all(fault.target.addresses.map((address) => ports.limit(address, null)));
  },
  taken: (ports, fault) =>
    seenSize(ports, fault, (size, planned) => size.memoryBytes < planned.memoryBytes, 'with less memory than planned'),
  gone: (ports, fault) =>
    seenSize(ports, fault, (size, planned) => size.memoryBytes === planned.memoryBytes, 'as planned'),
};
