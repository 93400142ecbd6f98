import type { FaultKind } from './fault.ts';
import { mapPush } from './map-push.ts';

/** A router is handed an older map. It refuses one (policy `mapValidate`), or serves by it until it has pulled the current one. */
export const mapStale: FaultKind = mapPush(
  'map-stale',
  'previous',
  'push an older map to a router',
  'petri fault map-stale router/1',
);
