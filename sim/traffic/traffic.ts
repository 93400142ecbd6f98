import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { PartContext, RunningPart } from '../../cells/runtime/part.ts';
import type { ReadBack, TrafficStatus } from '../state/status.ts';
import type { FinalReadBack, TrafficSettings } from './contract.ts';
import { FinalReadBackRun } from './final-read-back.ts';
import { Generator, type TrafficChange } from './generator.ts';
import { HttpClient, type HttpPort } from './http-client.ts';
import { ClientMemory } from './memory.ts';
import { ReadBackRun } from './read-back.ts';
import { inFlightMax, Requests } from './requests.ts';

/** A way to the routers over at most so many connections to each. */
export type OpenHttp = (
  routers: readonly Endpoint[],
  connections: number,
  tenantFrom: TrafficSettings['tenantFrom'],
) => HttpPort;

/** The `traffic` program: the clients of all tenants. What it remembers is lost with it; reading back then starts from nothing. */
export async function startTraffic(
  { config, events, runtime }: PartContext<TrafficSettings>,
  openHttp: OpenHttp = (...where) => new HttpClient(...where),
): Promise<RunningPart> {
  const { settings, upstreams, admin, token } = config;
  const { time } = runtime;
  const life = runtime.newId().replaceAll('-', '').slice(0, 10);
  const http = openHttp(upstreams['router'] ?? [], inFlightMax, settings.tenantFrom);
  // Reading back has connections of its own: it neither waits for the clients nor makes them wait.
  const readingHttp = openHttp(upstreams['router'] ?? [], 8, settings.tenantFrom);
  const memory = new ClientMemory();
  const { seed, clientRetry } = settings;
  const requests = new Requests({ time, http, events, memory, seed, life, clientRetry });
  const generator = new Generator(time, settings, life, requests, events);
  let readBack: ReadBackRun | null = null;
  let final: FinalReadBackRun | null = null;

  const server = admin
    ? await runtime.serve({
        listen: admin,
        token,
        handlers: {
          status: (): TrafficStatus => generator.status(),
          set: (change: TrafficChange): TrafficStatus => {
            generator.set(change);
            return generator.status();
          },
          'tenants.set': ({ tenants }: { tenants: readonly string[] }) => generator.setTenants(tenants),
          'readback.start': ({ fault, tenants }: { fault: string; tenants: readonly string[] }): ReadBack => {
            readBack?.stop();
            readBack = new ReadBackRun(time, readingHttp, memory, fault, tenants, settings.protocol);
            return readBack.status();
          },
          'readback.status': (): ReadBack | null => readBack?.status() ?? null,
          'final.start': ({ withinMs }: { withinMs: number }): FinalReadBack => {
            final?.stop();
            const { protocol } = settings;
            final = new FinalReadBackRun({ time, http: readingHttp, events, memory, life, protocol, withinMs });
            return final.status();
          },
          'final.status': (): FinalReadBack | null => final?.status() ?? null,
        },
      })
    : null;
  return {
    async stop() {
      generator.stop();
      requests.stop();
      readBack?.stop();
      final?.stop();
      await Promise.all([server?.close(), http.close(), readingHttp.close()]);
    },
  };
}
