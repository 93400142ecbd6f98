import type { DecidingContext, RunningPart } from '../cells/runtime/part.ts';
import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { Runtime } from '../cells/runtime/runtime.ts';
import { adminOf } from './admin.ts';
import type { RouterSettings } from './contract.ts';
import type { RouterDecisions } from './decisions.ts';
import { edgeLimits, type HttpLimits } from './http/limits.ts';
import { HttpListener } from './http/listener.ts';
import { MapStore } from './map-store.ts';
import { Router } from './router.ts';

/** How long a start waits for the map's store before it serves with what it has. */
const firstPullMsMax = 1500;

/** How long a stop waits for the requests at work; the part's frame allows 5 s in all. */
const stopMsMax = 4500;

export interface ServingRouter extends RunningPart {
  readonly router: Router;
  readonly at: Endpoint;
  stop(): Promise<void>;
}

/** Starts a router from its config. Resolves once it listens, with a fresh map if the store answered in time. */
export async function serveRouter(
  { config, events, runtime, decisions }: DecidingContext<RouterSettings, RouterDecisions>,
  limits: HttpLimits = edgeLimits,
): Promise<ServingRouter> {
  if (!config.listen) throw new Error('a router needs an address to listen on');
  const router = new Router(config.settings, config.volume, { events, time: runtime.time, decisions });
  const store = config.upstreams['map']?.[0];
  if (store) await followStore(runtime, router, store, config.token);
  const admin = config.admin
    ? await runtime.serve({ listen: config.admin, token: config.token, handlers: adminOf(router) })
    : null;
  const listener = new HttpListener(router, limits);
  const at = await listener.listen(config.listen);
  return {
    router,
    at,
    async stop() {
      await listener.close(Math.min(stopMsMax, config.settings.requestTimeoutMs));
      router.close();
      await admin?.close();
    },
  };
}

function followStore(runtime: Runtime, router: Router, endpoint: Endpoint, token: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = runtime.time.after(firstPullMsMax, resolve);
    const store = new MapStore(runtime, endpoint, token, () => {
      const serve = () => {
        timer.cancel();
        resolve();
      };
      router.map.pull().then(serve, serve);
    });
    router.map.follow(store);
  });
}
