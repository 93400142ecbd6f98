import type { EventSink } from '../../../cells/runtime/events.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { DecidingContext, PartContext, RunningPart } from '../../../cells/runtime/part.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import type { Time } from '../../../cells/runtime/time.ts';
import type { RouterPolicies, RouterSettings, RouterStatus } from '../../../router/contract.ts';
import type { RouterDecisions } from '../../../router/decisions.ts';
import type { NextStep } from '../../../router/forwarding.ts';
import { dampedRules, undampedRules } from '../../../router/health.ts';
import { MapCache } from '../../../router/map-cache.ts';
import type { MapFile } from '../../../router/map-file.ts';
import { MapStore } from '../../../router/map-store.ts';
import { answeredFields } from '../../../router/recorder.ts';
import { refusalSentence, type RouteDecision } from '../../../router/route.ts';
import { checkTenant } from '../../../router/tenant.ts';
import type { Life } from './life.ts';
import { HttpPool, serveHttp, type Asked, type Exchange, type ExchangeFailure, type Told } from './virtual-http.ts';
import { VirtualProber } from './virtual-prober.ts';
import type { Network } from './wire.ts';

/** One cell as a virtual router sees it. */
class CellDoor {
  readonly id: string;
  readonly endpoint: Endpoint;
  readonly pool: HttpPool;
  readonly prober: VirtualProber;
  inFlight = 0;

  constructor(id: string, endpoint: Endpoint, router: VirtualRouter) {
    const { network, life, time, events, decisions } = router.own;
    const { observe } = decisions;
    this.id = id;
    this.endpoint = endpoint;
    this.pool = new HttpPool(network, life, endpoint, () => this.prober.suspect());
    this.prober = new VirtualProber({
      ...{ network, life, time, endpoint, path: '/health', rules: router.rules, observe },
      onChange({ health, reason, afterMs }) {
        const ms = afterMs === null ? null : Math.round(afterMs * 10) / 10;
        events.record('cell.state', { cell: id, health, reason, afterMs: ms });
      },
    });
  }

  get health() {
    return this.prober.health;
  }

  close(): void {
    this.prober.close();
    this.pool.close();
  }
}

interface Own {
  readonly network: Network;
  readonly life: Life;
  readonly time: Time;
  readonly events: EventSink;
  readonly decisions: RouterDecisions;
  readonly file: MapFile;
}

/** The cell router in virtual time: the real map, route, health and record, over virtual requests. */
class VirtualRouter {
  readonly own: Own;
  readonly map: MapCache;
  readonly #doors = new Map<string, CellDoor>();
  readonly #inFlight = new Map<string, number>();
  settings: RouterSettings;
  #known: ReadonlySet<string>;
  #ids = 0;

  constructor(own: Own, settings: RouterSettings) {
    this.own = own;
    this.settings = settings;
    this.#known = new Set(Object.keys(settings.cells));
    this.map = new MapCache({
      file: own.file,
      events: own.events,
      time: own.time,
      cells: () => this.#known,
      validate: () => this.settings.policies.mapValidate,
      validateMap: own.decisions.validateMap,
    });
    this.setCells(settings.cells);
  }

  get rules() {
    return this.settings.policies.damping ? dampedRules : undampedRules;
  }

  door(id: string): CellDoor | null {
    return this.#doors.get(id) ?? null;
  }

  nextId(): string {
    return `${this.own.life.name}-${(++this.#ids).toString(36)}`;
  }

  decide(tenant: string): RouteDecision {
    const { mapFallback, bulkhead } = this.settings.policies;
    const { current: map, reachable: mapReachable } = this.map;
    return this.own.decisions.route(tenant, { map, mapReachable, mapFallback, bulkhead, cell: (id) => this.door(id) });
  }

  setCells(cells: Readonly<Record<string, Endpoint>>): void {
    this.settings = { ...this.settings, cells };
    this.#known = new Set(Object.keys(cells));
    for (const [id, door] of this.#doors) {
      if (cells[id]) continue;
      door.close();
      this.#doors.delete(id);
    }
    for (const [id, endpoint] of Object.entries(cells))
      if (!this.#doors.has(id)) this.#doors.set(id, new CellDoor(id, endpoint, this));
  }

  setPolicies(policies: RouterPolicies): void {
    this.settings = { ...this.settings, policies };
    for (const { prober } of this.#doors.values()) prober.setRules(this.rules);
  }

  inFlightOf(tenant: string): number {
    return this.#inFlight.get(tenant) ?? 0;
  }

  countInFlight(tenant: string, by: number): void {
    const count = this.inFlightOf(tenant) + by;
    if (count > 0) this.#inFlight.set(tenant, count);
    else this.#inFlight.delete(tenant);
  }

  status(): RouterStatus {
    const cells: Record<string, RouterStatus['cells'][string]> = {};
    for (const [id, { health, inFlight, prober }] of this.#doors)
      cells[id] = { health, inFlight, sinceMs: prober.sinceMs };
    const { current, source, reachable } = this.map;
    return { mapVersion: current?.version ?? 0, mapSource: source, mapReachable: reachable, cells };
  }

  close(): void {
    this.map.close();
    for (const door of this.#doors.values()) door.close();
  }
}

/** One request on its way through a virtual router: the same turns as in `router/proxied-request.ts`. */
class RoutedRequest {
  readonly #router: VirtualRouter;
  readonly #asked: Asked;
  readonly #tell: (told: Told) => void;
  readonly #id: string;
  readonly #tenant: string;
  readonly #sentT: number;
  readonly #deadline;
  #door: CellDoor | null = null;
  #exchange: Exchange | null = null;
  #cell: string | null = null;
  #epoch: number | null = null;
  #handed = false;
  #resent = false;
  #triedAgain = false;
  #ended = false;

  constructor(router: VirtualRouter, asked: Asked, tell: (told: Told) => void) {
    this.#router = router;
    this.#asked = asked;
    this.#tell = tell;
    this.#id = router.nextId();
    this.#tenant = asked.headers['x-tenant-id'] ?? '';
    const { time } = router.own;
    this.#sentT = time.monotonicMicros();
    this.#deadline = time.after(router.settings.requestTimeoutMs, () => this.#late());
  }

  start(): void {
    const named = checkTenant(this.#tenant, this.#asked.path);
    if (!named.ok) return this.#refuse(400, named.reason, 'A request names its tenant exactly once.', null);
    const decision = this.#router.decide(this.#tenant);
    if (decision.kind === 'refuse') this.#refuseRoute(decision);
    else this.#forward(decision);
  }

  #forward({ cell, epoch }: RouteDecision & { readonly kind: 'forward' }): void {
    this.#cell = cell;
    this.#epoch = epoch;
    this.#send(this.#router.door(cell)!);
  }

  #send(door: CellDoor): void {
    const { 'idempotency-key': key } = this.#asked.headers;
    const headers: Record<string, string> = {
      'x-tenant-id': this.#tenant,
      'x-cell-id': door.id,
      'x-cell-epoch': String(this.#epoch),
      'x-request-id': this.#id,
    };
    if (key !== undefined) headers['idempotency-key'] = key;
    this.#door = door;
    door.inFlight++;
    this.#router.countInFlight(this.#tenant, 1);
    this.#exchange = door.pool.ask(
      { ...this.#asked, headers },
      (told) => this.#told(told),
      (failure) => this.#failed(failure),
    );
  }

  #told(told: Told): void {
    this.#handed = true;
    this.#door!.prober.heard();
    if (told.status === 421 && !this.#resent) return void this.#sendAgain(told);
    this.#pass(told, null);
  }

  #failed(failure: ExchangeFailure): void {
    const door = this.#door!;
    const written = failure !== 'unsent';
    door.prober.broke(written ? 'reset' : 'refused');
    this.#handed ||= written;
    this.#goOn(
      this.#router.own.decisions.afterBroken({
        method: this.#asked.method,
        cell: door.id,
        health: door.health,
        unsent: !this.#handed,
        started: false,
        triedAgain: this.#triedAgain,
      }),
    );
  }

  #late(): void {
    this.#handed ||= this.#exchange?.written ?? false;
    this.#exchange?.discard();
    this.#goOn(
      this.#router.own.decisions.afterLate({
        method: this.#asked.method,
        cell: this.#cell,
        unsent: !this.#handed,
        started: false,
        waitedMs: this.#router.settings.requestTimeoutMs,
      }),
    );
  }

  #goOn(step: NextStep<string>): void {
    switch (step.kind) {
      case 'again': {
        this.#triedAgain = true;
        this.#leave();
        this.#cell = step.to;
        const door = this.#router.door(step.to);
        if (door) return this.#send(door);
        return this.#refuse(503, 'unknown-cell', `This router has no way to cell ${step.to}.`, 1);
      }
      case 'cut-off':
        throw new Error('an answer in virtual time comes in one piece');
      case 'answer':
        return this.#refuse(step.status, step.reason, step.detail, step.retryAfterS);
    }
  }

  async #sendAgain(told: Told): Promise<void> {
    this.#leave();
    this.#resent = true;
    const before = { cell: this.#cell, epoch: this.#epoch };
    await this.#router.map.pull().catch(() => null);
    if (this.#ended) return;
    const decision = this.#router.decide(this.#tenant);
    const next = this.#router.own.decisions.afterStale(before, decision);
    if (next !== 'pass') this.#handed = false; // A 421 surely had no effect.
    if (next === 'again' && decision.kind === 'forward') return this.#forward(decision);
    this.#resent = false;
    if (next === 'refuse' && decision.kind === 'refuse') return this.#refuseRoute(decision);
    this.#pass(told, 'stale-route');
  }

  #refuseRoute(decision: RouteDecision & { readonly kind: 'refuse' }): void {
    this.#cell = decision.cell;
    this.#epoch = decision.epoch;
    this.#refuse(decision.status, decision.reason, refusalSentence(decision, this.#tenant), decision.retryAfterS);
  }

  #pass(told: Told, reason: string | null): void {
    this.#end(told.status, reason, told);
    this.#tell({ ...told, headers: { ...told.headers, 'x-request-id': this.#id } });
  }

  #refuse(status: number, reason: string, detail: string, retryAfterS: number | null): void {
    const headers: Record<string, string> = { 'x-request-id': this.#id };
    if (this.#cell !== null) Object.assign(headers, { 'x-cell-id': this.#cell, 'x-cell-epoch': String(this.#epoch) });
    if (retryAfterS !== null) headers['retry-after'] = String(retryAfterS);
    this.#end(status, reason, null);
    this.#tell({ status, headers, body: { type: `urn:petri:${reason}`, status, detail } });
  }

  #leave(): void {
    if (this.#door) {
      this.#door.inFlight--;
      this.#router.countInFlight(this.#tenant, -1);
    }
    this.#door = null;
    this.#exchange = null;
  }

  #end(status: number, reason: string | null, answer: Told | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#deadline.cancel();
    this.#leave();
    const { events, time } = this.#router.own;
    const { method, path, headers } = this.#asked;
    const facts = { request: this.#id, tenant: this.#tenant, method, path, key: headers['idempotency-key'] ?? null };
    const route = { cell: this.#cell, epoch: this.#epoch, status, handed: this.#handed, resent: this.#resent };
    const said = answer && {
      etag: answer.headers['etag'] ?? null,
      location: answer.headers['location'] ?? null,
      retryAfter: answer.headers['retry-after'] !== undefined,
    };
    events.record(
      'request.answered',
      answeredFields({ ...facts, ...route, sentT: this.#sentT, reason, answer: said }, time.monotonicMicros()),
    );
  }
}

/** Starts a router in virtual time, with a fresh map if its store answers. */
export async function startVirtualRouter(
  { config, events, runtime, decisions }: DecidingContext<RouterSettings, RouterDecisions>,
  { network, life, file }: Pick<Own, 'network' | 'life' | 'file'>,
): Promise<RunningPart> {
  if (!config.listen) throw new Error('a router needs an address to listen on');
  const router = new VirtualRouter({ network, life, time: runtime.time, events, decisions, file }, config.settings);
  const endpoint = config.upstreams['map']?.[0];
  if (endpoint) await firstMap(router, runtime, endpoint, config.token);
  if (config.admin) await runtime.serve({ listen: config.admin, token: config.token, handlers: adminOf(router) });
  const forget = serveHttp(network, life, config.listen, (asked, tell) =>
    new RoutedRequest(router, asked, tell).start(),
  );
  return {
    stop() {
      forget();
      router.close();
    },
  };
}

const firstPullMsMax = 1500;

function firstMap(
  router: VirtualRouter,
  runtime: PartContext<RouterSettings>['runtime'],
  endpoint: Endpoint,
  token: string,
): Promise<void> {
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

function adminOf(router: VirtualRouter) {
  return {
    status: () => router.status(),
    route: ({ tenant }: { readonly tenant: string }) => router.decide(tenant),
    'tenant.inFlight': ({ tenant }: { readonly tenant: string }) => ({ inFlight: router.inFlightOf(tenant) }),
    'map.push': ({ map, source }: { readonly map: unknown; readonly source: string }) =>
      router.map.offer(map, 'push', source),
    async 'map.pull'() {
      try {
        return { version: await router.map.pull() };
      } catch (error) {
        throw new RpcError('unavailable', `the map store does not answer: ${(error as Error).message}`);
      }
    },
    'cells.set': ({ cells }: { readonly cells: Readonly<Record<string, Endpoint>> }) => router.setCells(cells),
    'policies.set': (policies: RouterPolicies) => router.setPolicies(policies),
  };
}
