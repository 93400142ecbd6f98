import type { FaultKind } from './fault.ts';
import { mapPush } from './map-push.ts';

/** A router is handed a map that names cells that do not exist. It keeps the last known good (policy `mapValidate`), or fails everyone. */
export const mapCorrupt: FaultKind = mapPush(
  'map-corrupt',
  'corrupt',
  'push a corrupt map to a router',
  'petri fault map-corrupt router/1',
);
