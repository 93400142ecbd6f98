import { join } from 'node:path';
import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { eventsFileName, type Places } from './places.ts';

export interface ProcessPlacesInputs {
  /** Folders of the world's state, absolute. */
  readonly folders: { readonly volumes: string; readonly events: string };
  /** The port that belongs to a name, the same each time it is asked. */
  readonly portOf: (name: string) => number;
  readonly routerPort: number;
}

/** Parts that are processes share this machine's loopback address, each name with a port of its own. */
export function processPlaces({ folders, portOf, routerPort }: ProcessPlacesInputs): Places {
  const at = (name: string): Endpoint => ({
    host: '127.0.0.1',
    port: name === 'router/1' ? routerPort : portOf(name),
  });
  return {
    listen: at,
    reach: at,
    volume: (name) => join(folders.volumes, name),
    eventsFile: (address) => join(folders.events, eventsFileName(address)),
  };
}
