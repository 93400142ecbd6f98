import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { isIP } from 'node:net';

type Answer = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** Whoever has an address is named at once; the name of one that is gone may stay without any answer. */
const answersWithinMs = 500;

/**
 * Makes every connection of this process look names up without Node's two threads for it. In a network without a way out,
 * Docker's resolver answers nothing at all for the name of a container that is gone, and libc waits a second for it
 * (tried on 20.10): two neighbours that are down would keep a load balancer from finding those that are up.
 */
export function lookNamesUpAtOnce(): void {
  const resolver = new dns.Resolver({ timeout: answersWithinMs, tries: 1 });
  const underWay = new Map<string, Promise<readonly string[]>>();
  const addressesOf = (name: string): Promise<readonly string[]> => {
    const known = underWay.get(name);
    if (known) return known;
    const asked = new Promise<readonly string[]>((resolve, reject) => {
      resolver.resolve4(name, (error, addresses) => (error ? reject(notFound(name)) : resolve(addresses)));
    }).finally(() => underWay.delete(name));
    underWay.set(name, asked);
    return asked;
  };
  const before = dns.lookup as (name: string, options: LookupOptions, answer: Answer) => void;
  const lookup = (name: string, given: LookupOptions | number | Answer, last?: Answer): void => {
    const answer = last ?? (given as Answer);
    const options = typeof given === 'object' ? given : {};
    if (isIP(name) > 0 || name === 'localhost') {
      before(name, options, answer);
      return;
    }
    void addressesOf(name).then(
      (addresses) => {
        if (options.all)
          answer(
            null,
            addresses.map((address) => ({ address, family: 4 })),
          );
        else answer(null, addresses[0] ?? '', 4);
      },
      (error: NodeJS.ErrnoException) => answer(error, options.all ? [] : '', 4),
    );
  };
  // What connects takes this function from here as it connects.
  dns.lookup = lookup as typeof dns.lookup;
}

function notFound(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${name}`), {
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname: name,
  });
}
