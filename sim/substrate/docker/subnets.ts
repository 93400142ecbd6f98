import { BlockList } from 'node:net';

/** A subnet as `10.81.4.0/24`. */
export type Subnet = string;

/** Room for 253 containers; a cell has some ten. */
const prefix = 24;

/** Subnets of the private 10.0.0.0/8 (RFC 1918), of 256 addresses each. */
const subnetCount = 2 ** 16;

/**
 * Chooses `count` subnets that overlap nothing in `taken`, nor each other. The search begins at `start`, any whole number: two
 * worlds that begin at different places seldom want the same. Fewer where there are no more.
 */
export function freeSubnets(taken: readonly Subnet[], count: number, start: number): Subnet[] {
  const blocked = new BlockList();
  const networks = taken.flatMap((subnet) => parsed(subnet) ?? []);
  for (const { address, bits } of networks) blocked.addSubnet(address, bits);
  const chosen: Subnet[] = [];
  for (let step = 0; step < subnetCount && chosen.length < count; step++) {
    const at = (start + step) % subnetCount;
    const base = `10.${at >> 8}.${at & 255}.0`;
    if (blocked.check(base) || holdsSmaller(at, networks)) continue;
    chosen.push(`${base}/${prefix}`);
  }
  return chosen;
}

/** The networks that a Linux machine has routes to, from the text of `/proc/net/route`. The default route is none of them. */
export function routedSubnets(text: string): Subnet[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .flatMap(([, destination, , , , , , mask]) => {
      if (!destination || !mask || /^0+$/.test(mask)) return [];
      const bits = Number.parseInt(mask, 16).toString(2).replaceAll('0', '').length;
      const bytes = (destination.match(/../g) ?? []).toReversed().map((byte) => Number.parseInt(byte, 16));
      return [`${bytes.join('.')}/${bits}`];
    });
}

interface Parsed {
  readonly address: string;
  readonly bits: number;
}

function parsed(subnet: Subnet): Parsed | null {
  const [, address, bits] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(subnet) ?? [];
  return address === undefined ? null : { address, bits: Number(bits) };
}

/** Whether a network of the list lies within the 10.x.y.0/24 at this place. */
function holdsSmaller(at: number, networks: readonly Parsed[]): boolean {
  return networks.some(({ address }) => address.startsWith(`10.${at >> 8}.${at & 255}.`));
}
