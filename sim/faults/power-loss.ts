import type { FaultKind } from './fault.ts';
import { kill, staysDown } from './kill.ts';

/** The machine of a part loses its power: the part is gone, and with it every commit that its disk had not taken yet. */
export const powerLoss: FaultKind = {
  ...kill,
  kind: 'power-loss',
  summary: 'end a part and drop every commit after the last sync of its disk',
  example: 'petri fault power-loss b/dynamodb',
  targets: ['cell', 'aurora', 'dynamodb', 'sqs', 'worker', 'xl', 'map'],
  on: ['virtual'],
  async inject(ports, fault) {
    if (staysDown(fault)) ports.hold(fault.id, fault.target.addresses);
    await Promise.all(fault.target.addresses.map((address) => ports.powerLoss(address)));
  },
};
