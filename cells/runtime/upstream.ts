import type { Endpoint, PartConfig } from './part-config.ts';

/** The only endpoint of a neighbour. Throws where the config names none. */
export function upstream(config: PartConfig, name: string): Endpoint {
  const endpoint = config.upstreams[name]?.[0];
  if (!endpoint) throw new Error(`${config.address}: its config names no upstream ${name}`);
  return endpoint;
}
