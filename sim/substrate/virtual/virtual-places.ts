import type { Places } from '../../world/places.ts';

/** Parts in virtual time: every name is a host of its own. */
export const virtualPlaces: Places = {
  listen: (name) => ({ host: name, port: 1 }),
  reach: (name) => ({ host: name, port: 1 }),
  volume: (name) => name,
  eventsFile: () => '',
};
