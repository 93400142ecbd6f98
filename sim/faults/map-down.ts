import type { FaultKind } from './fault.ts';
import { kill } from './kill.ts';

/** The map store is gone: routers go on with their cached copy, nothing can be placed. */
export const mapDown: FaultKind = {
  ...kill,
  kind: 'map-down',
  summary: 'the map store is down: routers go on with their copy, no tenant can be added',
  example: 'petri fault map-down map --for 20s',
  targets: ['map'],
  defaultForMs: 60_000,
};
