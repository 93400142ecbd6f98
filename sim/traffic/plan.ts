import type { TrafficStatus } from '../state/status.ts';
import { spokenMix, templateOf, type Protocol, type RequestTemplate } from '../world/protocol.ts';
import { draw } from './draw.ts';
import type { HttpRequest } from './http-client.ts';
import { speak } from './templates.ts';

export type Op = 'read' | 'write' | 'job' | 'xl';

/** One request as planned: what its tenant means to do, without when. */
export interface PlannedRequest {
  readonly tenant: string;
  readonly op: Op;
  readonly method: HttpRequest['method'];
  readonly path: string;
  readonly body: string | null;
  readonly key: string | null;
  readonly args: Readonly<Record<string, string | number>>;
  /** Only to a service that is not Petri's: how this was said, and the headers that go with it. */
  readonly template?: RequestTemplate;
  readonly headers?: readonly string[];
}

/** Small enough that a tenant meets its rows again, and that everything can be read back in seconds. */
const sheetsPerTenant = 2;
const rowsPerSheet = 10;

/** Tenants by Zipf's law: the r-th in rank gets a share of 1 / r^skew. Who is first is drawn, so that the heavy ones are spread over the cells. */
export class TenantLaw {
  readonly #ranked: readonly string[];
  readonly #cumulative: readonly number[];

  constructor(seed: number, tenants: readonly string[], skew: number) {
    const rank = new Map(tenants.map((tenant) => [tenant, draw(seed, 'rank', tenant, 0)]));
    this.#ranked = tenants.toSorted((a, b) => (rank.get(a) ?? 0) - (rank.get(b) ?? 0));
    let sum = 0;
    this.#cumulative = this.#ranked.map((_, index) => (sum += 1 / (index + 1) ** skew));
  }

  /** The tenant at a share (0 to 1) of the whole; null where there are none. */
  at(share: number): string | null {
    const wanted = share * (this.#cumulative.at(-1) ?? 0);
    let low = 0;
    let high = this.#cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#cumulative[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return this.#ranked[low] ?? null;
  }
}

/** What stays the same while traffic runs. `life` keeps the keys and values of one start apart from those of another. */
export interface PlanBase {
  readonly seed: number;
  readonly life: string;
  readonly xlAbove: number;
}

/** The wait before the n-th arrival of a Poisson process of `rps`, in milliseconds. */
export function gapMs(seed: number, n: number, rps: number): number {
  return (-Math.log(1 - draw(seed, 'arrival', '', n)) * 1000) / rps;
}

/** The tenant of the n-th arrival. */
export function tenantOf(seed: number, law: TenantLaw, n: number): string | null {
  return law.at(draw(seed, 'tenant', '', n));
}

/** What a tenant does with its k-th request. */
export function planRequest(base: PlanBase, mix: TrafficStatus['mix'], tenant: string, k: number): PlannedRequest {
  const { seed, life, xlAbove } = base;
  const op = opOf(mix, draw(seed, 'op', tenant, k));
  const sheet = `s${1 + Math.floor(draw(seed, 'sheet', tenant, k) * sheetsPerTenant)}`;
  const row = `r${1 + Math.floor(draw(seed, 'row', tenant, k) * rowsPerSheet)}`;
  const path = `/sheets/${sheet}/rows/${row}`;
  if (op === 'read') return { tenant, op, method: 'GET', path, body: null, key: null, args: { sheet, row } };
  const key = `${life}-${tenant}-${k}`;
  if (op === 'write') {
    const value = JSON.stringify({ write: key, n: k, x: Math.floor(draw(seed, 'value', tenant, k) * 1000) });
    const args = { sheet, row, value };
    return { tenant, op, method: 'PUT', path, body: `{"value":${value}}`, key, args };
  }
  const share = draw(seed, 'units', tenant, k);
  // Most jobs are small: their size is even on a logarithmic scale. Large ones are up to three times the bound.
  const units = op === 'job' ? Math.max(1, Math.floor(xlAbove ** share)) : Math.floor(xlAbove * (1 + 2 * share)) + 1;
  const kind = draw(seed, 'kind', tenant, k) < 0.8 ? 'recalc' : 'export';
  const args = { kind, sheet, units };
  return { tenant, op, method: 'POST', path: '/jobs', body: JSON.stringify(args), key, args };
}

/** The same rows and the same shares in the words of a service that is not Petri's; null: it has none for this one. */
export function planSpoken(
  { seed, life }: Pick<PlanBase, 'seed' | 'life'>,
  protocol: Protocol,
  mix: TrafficStatus['mix'],
  tenant: string,
  k: number,
): PlannedRequest | null {
  const spoken = spokenMix(mix, protocol);
  const op = opOf(spoken, draw(seed, 'op', tenant, k));
  const name = templateOf[op];
  const template = name === null || spoken[op] === 0 ? null : protocol[name];
  if (template === null) return null;
  const sheet = `s${1 + Math.floor(draw(seed, 'sheet', tenant, k) * sheetsPerTenant)}`;
  const row = `r${1 + Math.floor(draw(seed, 'row', tenant, k) * rowsPerSheet)}`;
  const value = `${life}-${tenant}-${k}`;
  const words = { tenant, key: spokenKey(sheet, row), value };
  const args = op === 'read' ? { sheet, row } : { sheet, row, value };
  return { ...speak(template, words), op, key: op === 'read' ? null : value, args, template };
}

/** What `{{key}}` stands for. */
export function spokenKey(sheet: string, row: string): string {
  return `${sheet}-${row}`;
}

function opOf(mix: TrafficStatus['mix'], share: number): Op {
  let left = share * (mix.read + mix.write + mix.job + mix.xl);
  for (const op of ['read', 'write', 'job'] as const) {
    if (left < mix[op]) return op;
    left -= mix[op];
  }
  return mix.xl > 0 ? 'xl' : 'read';
}
