import type { Handler } from '../cells/protocol/server.ts';
import { RpcError } from '../cells/protocol/rpc-error.ts';
import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { RouterPolicies } from './contract.ts';
import type { Router } from './router.ts';

/** The methods of a router's admin port, as `contract.ts` lists them. */
export function adminOf(router: Router): Readonly<Record<string, Handler>> {
  return {
    status: () => router.status(),
    route: ({ tenant }: { readonly tenant: string }) => router.decide(tenant),
    'tenant.inFlight': ({ tenant }: { readonly tenant: string }) => ({ inFlight: router.inFlightOf(tenant) }),
    'map.push': ({ map, source }: { readonly map: unknown; readonly source: string }) =>
      router.map.offer(map, 'push', source),
    'map.pull': async () => {
      try {
        return { version: await router.map.pull() };
      } catch (error) {
        throw new RpcError('unavailable', `the map store does not answer: ${(error as Error).message}`, {
          cause: error,
        });
      }
    },
    'cells.set': ({ cells }: { readonly cells: Readonly<Record<string, Endpoint>> }) => router.setCells(cells),
    'policies.set': (policies: RouterPolicies) => router.setPolicies(policies),
  };
}
