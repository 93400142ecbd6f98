import type { Endpoint } from '../../cells/runtime/part-config.ts';

/**
 * Where the parts of a world stand: what they bind, how their neighbours reach them, where their files are. A name is an
 * address (`a/web/1`), an address's admin port (`a/alb:admin`), or a link's near end (`link:a/web/1->a/aurora:1`, `link:router->a`).
 * The same answer each time it is asked.
 */
export interface Places {
  /** What the part itself binds. */
  listen(name: string): Endpoint;
  /** What its neighbours connect to. */
  reach(name: string): Endpoint;
  /** The folder of a volume, as the part that has it sees it; `wanted`: where a service of the user's own has it in a container. */
  volume(name: string, wanted?: string): string;
  /** The file that a part's events go to, as the part sees it. */
  eventsFile(address: string): string;
}

/** The name of the file that a part's events go to. */
export function eventsFileName(address: string): string {
  return `${address.replaceAll('/', '.')}.ndjson`;
}
