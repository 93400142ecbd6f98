import { portsOfServices } from '../world/services.ts';
import type { World } from '../world/world.ts';
import { freePorts } from '../substrate/process/free-ports.ts';

/** Routers, map, control and traffic, with some to spare. */
const portsBeside = 20;
/** What a cell has one or two of, and their links, with some to spare. */
const portsPerCell = 20;
/** A task's own two, and its links to both Auroras, to DynamoDB and to the queue. */
export const portsPerTask = 6;

/** As many ports as a world may ask for before anything is scaled. */
export function portsOfWorld({ cells, cell }: World): number {
  // An XL worker has its links before it runs.
  const tasks = cell.web + cell.worker + 1;
  return portsBeside + cells * (portsPerCell + tasks * portsPerTask + portsOfServices(cell.services, tasks));
}

/** The ports of one world by name, fixed once chosen: a replaced part listens where its neighbours look for it. */
export class PortPool {
  /** Where the search begins: a word of the world's own, so that worlds grown at the same moment rarely meet. */
  readonly #word: string;
  readonly #named = new Map<string, number>();
  readonly #spare: number[] = [];

  constructor(word: string) {
    this.#word = word;
  }

  /** Finds free ports ahead of need, since planning does not wait. */
  async reserve(count: number): Promise<void> {
    const missing = count - this.#spare.length;
    if (missing <= 0) return;
    const taken = new Set([...this.#named.values(), ...this.#spare]);
    this.#spare.push(...(await freePorts(missing, this.#word, taken)));
  }

  of(name: string): number {
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const port = this.#spare.shift();
    if (port === undefined) throw new Error(`no port was reserved for ${name}`);
    this.#named.set(name, port);
    return port;
  }
}
