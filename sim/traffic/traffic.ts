import { serveFramed } from '../../cells/protocol/server.ts';
import type { EventSink } from '../../cells/runtime/events.ts';
import { monotonicMicros } from '../../cells/runtime/event-log.ts';
import type { PartConfig } from '../../cells/runtime/part-config.ts';
import type { RunningPart } from '../../cells/runtime/part.ts';
import type { ReadBack, TrafficStatus } from '../state/status.ts';
import type { TrafficSettings } from './contract.ts';
import { Generator, type TrafficChange } from './generator.ts';
import { HttpClient } from './http-client.ts';
import { ClientMemory } from './memory.ts';
import { ReadBackRun } from './read-back.ts';
import { inFlightMax, Requests } from './requests.ts';

/** The `traffic` program: the clients of all tenants. What it remembers is lost with it; reading back then starts from nothing. */
export async function startTraffic(config: PartConfig<TrafficSettings>, events: EventSink): Promise<RunningPart> {
  const { settings, upstreams, admin, token } = config;
  const life = `${process.pid.toString(36)}${monotonicMicros().toString(36)}`;
  const http = new HttpClient(upstreams['router'] ?? [], inFlightMax, settings.tenantFrom);
  // Reading back has connections of its own: it neither waits for the clients nor makes them wait.
  const readingHttp = new HttpClient(upstreams['router'] ?? [], 8, settings.tenantFrom);
  const memory = new ClientMemory();
  const { seed, clientRetry } = settings;
  const requests = new Requests({ http, events, memory, seed, life, clientRetry });
  const generator = new Generator(settings, life, requests, events);
  let readBack: ReadBackRun | null = null;

  const server = admin
    ? await serveFramed({
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
            readBack = new ReadBackRun(readingHttp, memory, fault, tenants, settings.protocol);
            return readBack.status();
          },
          'readback.status': (): ReadBack | null => readBack?.status() ?? null,
        },
      })
    : null;
  return {
    async stop() {
      generator.stop();
      requests.stop();
      readBack?.stop();
      await Promise.all([server?.close(), http.close(), readingHttp.close()]);
    },
  };
}
