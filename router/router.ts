import type { EventSink } from '../cells/runtime/events.ts';
import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { Time } from '../cells/runtime/time.ts';
import { CellUpstream } from './cell-upstream.ts';
import type { RouterDecisions } from './decisions.ts';
import type { RouterPolicies, RouterSettings, RouterStatus } from './contract.ts';
import { dampedRules, undampedRules } from './health.ts';
import { problem, type WholeAnswer } from './http/problem.ts';
import type { HttpHandler, HttpRequest, RefusedBytes, RequestOwner } from './http/request.ts';
import { MapCache } from './map-cache.ts';
import { mapFileIn } from './map-file.ts';
import { ProxiedRequest } from './proxied-request.ts';
import { recordAnswered } from './recorder.ts';
import { nextRequestId } from './request-id.ts';
import type { RouteDecision, RouteWorld } from './route.ts';

/** The cell router: the map, the cells' health, and what they make of each request. */
export class Router implements HttpHandler {
  readonly events: EventSink;
  readonly map: MapCache;
  readonly decisions: RouterDecisions;
  #settings: RouterSettings;
  readonly #cells = new Map<string, CellUpstream>();
  #known: ReadonlySet<string>;
  /** Requests of each tenant that a cell has in hand; whoever moves a tenant waits for them. */
  readonly #inFlight = new Map<string, number>();

  constructor(
    settings: RouterSettings,
    volume: string | null,
    {
      events,
      time,
      decisions,
    }: { readonly events: EventSink; readonly time: Time; readonly decisions: RouterDecisions },
  ) {
    this.events = events;
    this.decisions = decisions;
    this.#settings = settings;
    this.#known = new Set(Object.keys(settings.cells));
    this.map = new MapCache({
      file: volume === null ? null : mapFileIn(volume),
      events,
      time,
      validateMap: decisions.validateMap,
      cells: () => this.#known,
      validate: () => this.#settings.policies.mapValidate,
    });
    this.setCells(settings.cells);
  }

  get settings(): RouterSettings {
    return this.#settings;
  }

  cell(id: string): CellUpstream | null {
    return this.#cells.get(id) ?? null;
  }

  onRequest(request: HttpRequest): RequestOwner | null {
    return new ProxiedRequest(this, request).start();
  }

  onRefused(refused: RefusedBytes): WholeAnswer {
    const id = nextRequestId();
    recordAnswered(this.events, {
      request: id,
      tenant: null,
      method: refused.head?.method ?? null,
      path: refused.head?.target ?? null,
      key: null,
      cell: null,
      epoch: null,
      status: refused.status,
      handed: false,
      resent: false,
      sentT: refused.sentT,
      reason: refused.reason,
      answer: null,
    });
    const detail = `The router does not take this request: ${refused.reason.replaceAll('-', ' ')}.`;
    return problem({ status: refused.status, reason: refused.reason, detail, headerLines: `x-request-id: ${id}\r\n` });
  }

  /** What would become of a request of this tenant now. */
  decide(tenant: string): RouteDecision {
    const { mapFallback, bulkhead } = this.#settings.policies;
    const world: RouteWorld = {
      map: this.map.current,
      mapReachable: this.map.reachable,
      mapFallback,
      bulkhead,
      cell: this.#view,
    };
    return this.decisions.route(tenant, world);
  }

  readonly #view = (id: string): CellUpstream | null => this.#cells.get(id) ?? null;

  /** Learns the ways to the cells anew; a way that did not change keeps its sockets and its health. */
  setCells(cells: Readonly<Record<string, Endpoint>>): void {
    this.#settings = { ...this.#settings, cells };
    this.#known = new Set(Object.keys(cells));
    for (const [id, upstream] of this.#cells) {
      const now = cells[id];
      if (now && now.host === upstream.endpoint.host && now.port === upstream.endpoint.port) continue;
      upstream.close();
      this.#cells.delete(id);
    }
    const rules = this.#rules();
    for (const [id, endpoint] of Object.entries(cells)) {
      if (!this.#cells.has(id))
        this.#cells.set(
          id,
          new CellUpstream(id, endpoint, { rules, events: this.events, observe: this.decisions.observe }),
        );
    }
  }

  inFlightOf(tenant: string): number {
    return this.#inFlight.get(tenant) ?? 0;
  }

  /** A request of the tenant went to a cell (1), or needs it no more (-1). */
  countInFlight(tenant: string, by: 1 | -1): void {
    const count = this.inFlightOf(tenant) + by;
    if (count > 0) this.#inFlight.set(tenant, count);
    else this.#inFlight.delete(tenant);
  }

  setPolicies(policies: RouterPolicies): void {
    this.#settings = { ...this.#settings, policies };
    for (const cell of this.#cells.values()) cell.setRules(this.#rules());
  }

  status(): RouterStatus {
    const cells: Record<string, RouterStatus['cells'][string]> = {};
    for (const [id, { health, inFlight, sinceMs }] of this.#cells) cells[id] = { health, inFlight, sinceMs };
    return {
      mapVersion: this.map.current?.version ?? 0,
      mapSource: this.map.source,
      mapReachable: this.map.reachable,
      cells,
    };
  }

  close(): void {
    this.map.close();
    for (const cell of this.#cells.values()) cell.close();
  }

  #rules() {
    return this.#settings.policies.damping ? dampedRules : undampedRules;
  }
}
