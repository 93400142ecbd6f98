import type { FaultKind } from './fault.ts';
import { kill, staysDown } from './kill.ts';

/** SIGTERM: finishes what it has in hand, then ends. What ends the fault is the same as for a kill. */
export const stop: FaultKind = {
  ...kill,
  kind: 'stop',
  summary: 'ask to end (SIGTERM): work in hand is finished first; replaced or kept down as by kill',
  example: 'petri fault stop b/web/1',
  async inject(ports, fault) {
    if (staysDown(fault)) ports.hold(fault.id, fault.target.addresses);
    await Promise.all(fault.target.addresses.map((address) => ports.stop(address)));
  },
};
