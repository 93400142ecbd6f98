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
    case 'packet-loss':
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
    case 'clock-skewed':
      return [];
    case 'error-answers':
      return target.addresses
        .filter((address) => address.endsWith('/alb'))
        .map((address) => ({ address, loss: 'gone' }));
    case 'disk-full':
    case 'slow-disk':
    case 'read-only':
      return target.addresses.filter(keepsData).map((address) => ({ address, loss: silent, volume: true }));
    case 'storage-wiped':
      return target.addresses.map((address) => ({ address, loss: 'gone', volume: true }));
    case 'aurora-failover':
      return target.addresses
        .filter((address) => address.includes('/aurora/'))
        .map((address) => ({ address, loss: 'gone', role: roles.get(address) }));
    default:
      return target.addresses.map((address) => ({ address, loss: 'gone', role: roles.get(address) }));
  }
}

/** Parts of a cell, and the map, that a full or slow volume means something to. */
function keepsData(address: string): boolean {
  return address === 'map' || /\/(aurora|dynamodb|worker|xl)(\/|$)/.test(address);
}
