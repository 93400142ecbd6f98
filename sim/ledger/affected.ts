import type { ResolvedTarget } from '../faults/fault.ts';
import type { Affected, Loss } from './dependency.ts';

/** What each kind of fault does to the parts and links of its target, for the prediction. */
export function affectedBy(
  kind: string,
  target: ResolvedTarget,
  roles: ReadonlyMap<string, 'writer' | 'reader'>,
): Affected[] {
  const silent: Loss = 'silent';
  switch (kind) {
    case 'partition':
    case 'latency':
    case 'bandwidth':
    case 'stall':
      return target.links.map((address) => ({ address, loss: silent }));
    case 'reset':
      return target.links.map((address) => ({ address, loss: 'gone' }));
    case 'pause':
    case 'queue-engine-stalled':
    case 'freeze':
    case 'disconnect':
    case 'cut-off':
    case 'cpu-starved':
      return target.addresses.map((address) => ({ address, loss: silent, role: roles.get(address) }));
    // Alone it hurts nobody: what closes late was closed by something else.
    case 'slow-close':
    case 'memory-starved':
    case 'map-stale':
    case 'map-corrupt':
      return [];
    case 'aurora-failover':
      return target.addresses
        .filter((address) => address.includes('/aurora/'))
        .map((address) => ({ address, loss: 'gone', role: roles.get(address) }));
    default:
      return target.addresses.map((address) => ({ address, loss: 'gone', role: roles.get(address) }));
  }
}
