import type { FaultKind } from './fault.ts';
import { seenBack, seenStates } from './seen.ts';

/** A release that nobody tried: its image starts, says what is missing, and ends. The service tries again and again. */
export const badRelease: FaultKind = {
  kind: 'bad-release',
  summary: 'give tasks the image of a release that cannot start; healed by the release before',
  example: 'petri fault bad-release b/web --for 20s',
  targets: ['alb', 'web', 'worker', 'xl'],
  on: ['docker'],
  settings: [],
  defaultForMs: 60_000,
  holds: () => false,
  async inject(ports, fault) {
    await ports.deploy(fault.target.addresses, 'bad');
    await Promise.all(fault.target.addresses.map((address) => ports.stop(address)));
  },
  async heal(ports, fault) {
    await ports.deploy(fault.target.addresses, 'good');
    await ports.startMissing(fault.target.addresses);
  },
  taken: (ports, fault) => seenStates(ports, fault, ['dead', 'stopped', 'starting'], 'of the bad release'),
  gone: seenBack,
};
