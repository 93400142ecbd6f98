import type { CellMap } from '../../router/cell-map.ts';
import type { RouterStatus } from '../../router/contract.ts';
import type { Windows } from '../events/windows.ts';
import type { ClosedState } from '../pilot/mover/estate.ts';
import { predict, type Estate } from '../ledger/dependency.ts';
import type { PartState } from '../substrate/substrate.ts';
import type { PartKind, PartSize } from '../world/part.ts';
import { skippedBy } from '../world/protocol.ts';
import { lossesOf } from '../world/services.ts';
import type { World } from '../world/world.ts';
import type { CellFacts, HeadlineFacts, MissingPart } from './headline.ts';
import { headline } from './headline.ts';
import { cellHealth } from './health.ts';
import type { QueueWatch } from './queue-watch.ts';
import type * as S from './status.ts';
import { tenantMark } from './tenant-mark.ts';

/** One part, observed. `wanted` false: it is scaled away, and nobody misses it. */
export interface PartFact {
  readonly address: string;
  readonly kind: PartKind;
  readonly cell: string | null;
  readonly wanted: boolean;
  readonly state: PartState;
  readonly restarts: number;
  readonly pid: number | null;
  readonly containerId: string | null;
  readonly memoryBytes: number | null;
  readonly size?: PartSize | null;
  readonly role?: 'writer' | 'reader' | undefined;
}

/** What a composition remembers of a cell from the one before it. */
export interface CellMemory {
  readonly health: S.CellHealthWord;
  /** Monotonic milliseconds at which it was last down; null: never. */
  readonly downMs: number | null;
}

/** Everything that the supervisor knows at one moment. `nowMs` is monotonic, `now` and `since` are Unix milliseconds. */
export interface Known {
  readonly world: World;
  readonly name: string;
  readonly since: number;
  readonly now: number;
  readonly nowMs: number;
  readonly growing: HeadlineFacts['growing'];
  readonly supervisorPid: number;
  readonly routerUrl: string;
  readonly engine: string;
  readonly release: string;
  readonly cells: readonly string[];
  readonly map: CellMap;
  /** Cells that take no tenants, and why. */
  readonly closed?: Readonly<Record<string, ClosedState>>;
  readonly parts: readonly PartFact[];
  /** By router; null for one that does not answer. */
  readonly routers: readonly (RouterStatus | null)[];
  readonly queues: Readonly<Record<string, QueueWatch>>;
  readonly deadLetters: Readonly<Record<string, number | null>>;
  readonly windows: Windows;
  readonly traffic: S.TrafficStatus;
  readonly faults: readonly S.FaultStatus[];
  readonly blastRadius: S.BlastRadius | null;
  readonly readBack: S.ReadBack | null;
  readonly log: readonly S.LogLine[];
  readonly memory: Readonly<Record<string, CellMemory>>;
}

export interface Composed {
  readonly snapshot: S.Snapshot;
  /** Handed in again with the next composition. */
  readonly memory: Readonly<Record<string, CellMemory>>;
}

/** The whole picture of one moment. Pure; may be called ten times a second. */
export function compose(known: Known): Composed {
  const homes = new Map(known.cells.map((cell) => [cell, 0]));
  for (const { cell } of Object.values(known.map.tenants)) homes.set(cell, (homes.get(cell) ?? 0) + 1);
  const cells = known.cells.map((cell) => composeCell(known, cell, homes.get(cell) ?? 0));
  const memory = Object.fromEntries(cells.map((cell) => [cell.id, remembered(known, cell)]));
  const status: S.Status = {
    world: known.world.name,
    on: known.world.on,
    name: known.name,
    since: known.since,
    now: known.now,
    ...headline(headlineFacts(known, cells)),
    supervisor: { pid: known.supervisorPid },
    router: { url: known.routerUrl, mapVersion: mapVersionOf(known.routers), tenantFrom: known.world.tenantFrom },
    engine: known.engine,
    traffic: known.traffic,
    components: known.parts.filter(({ cell, kind }) => cell === null || kind === 'links').map(partStatus),
    cells,
    faults: known.faults,
    blastRadius: known.blastRadius,
    ifKilled: Object.fromEntries(known.cells.map((cell) => [cell, ifKilled(known, cell)])),
    readBack: known.readBack,
    ...(known.world.protocol ? { skipped: skippedBy(known.world.protocol) } : {}),
  };
  return { snapshot: { status, tenants: composeTenants(known, cells), log: known.log }, memory };
}

function cellState(closed: ClosedState | undefined): S.CellStatus['state'] {
  return closed === 'evacuating' ? 'draining' : (closed ?? 'active');
}

/** What the next composition needs of this one, where nobody looks at the picture. */
export function remember(known: Known): Composed['memory'] {
  return Object.fromEntries(known.cells.map((cell) => [cell, remembered(known, composeCell(known, cell, 0))]));
}

function composeCell(known: Known, id: string, tenants: number): S.CellStatus {
  const parts = known.parts.filter(({ cell, kind }) => cell === id && kind !== 'links');
  const queues = known.queues[id];
  const traffic = known.windows.cell(id, known.nowMs);
  const runs = (kind: PartKind) => parts.some((part) => part.kind === kind && part.state === 'running');
  const engineLost = !runs('sqs');
  // Large workers are scaled to zero while nothing waits: none of them is no fault as long as control can start one.
  const controlRuns = known.parts.some(({ kind, state }) => kind === 'control' && state === 'running');
  const xlLost = !runs('xl') && (!controlRuns || parts.some(({ kind, wanted }) => kind === 'xl' && wanted));
  const before = known.memory[id];
  // Nothing can be answered without a load balancer or a web task: said at once, before a router has found out.
  const closed = known.growing === null && !(runs('alb') && runs('web'));
  const health = cellHealth({
    closed,
    routers: known.routers.flatMap((router) => router?.cells[id]?.health ?? []),
    partMissing: parts.some(isMissing) || known.parts.some((part) => part.address === `links/${id}` && isMissing(part)),
    traffic,
    behind: queues?.behind() ?? false,
    slopePerSecond: queues?.slopePerSecond() ?? null,
    before: before?.health ?? 'unknown',
    downAgoMs: before?.downMs === null || before === undefined ? null : known.nowMs - before.downMs,
  });
  return {
    id,
    state: cellState(known.closed?.[id]),
    health,
    tenants,
    release: known.release,
    traffic,
    queues: {
      standard: queues?.status('standard', engineLost || !runs('worker')) ?? unreadQueue,
      xl: queues?.status('xl', engineLost || xlLost) ?? unreadQueue,
      deadLetter: { waiting: known.deadLetters[id] ?? null },
    },
    clearInMs: queues?.clearInMs() ?? null,
    components: parts.filter(({ wanted, state }) => wanted || state !== 'dead').map(partStatus),
    history: known.windows.history(id, known.nowMs),
    replacements: parts.reduce((sum, { restarts }) => sum + restarts, 0),
  };
}

const unreadQueue: S.QueueStatus = {
  waiting: null,
  inFlight: null,
  oldestAgeMs: null,
  readMs: null,
  last: null,
  frozen: false,
};

function isMissing({ wanted, state }: PartFact): boolean {
  return wanted && state !== 'running';
}

function remembered({ memory, nowMs }: Known, { id, health }: S.CellStatus): CellMemory {
  return { health, downMs: health === 'down' ? nowMs : (memory[id]?.downMs ?? null) };
}

function partStatus(part: PartFact): S.PartStatus {
  const { address, kind, state, restarts, pid, containerId, memoryBytes, size = null, role } = part;
  return { address, kind, state, restarts, pid, containerId, memoryBytes, size, ...(role ? { role } : {}) };
}

function mapVersionOf(routers: readonly (RouterStatus | null)[]): number | null {
  const versions = routers.flatMap((router) => router?.mapVersion ?? []);
  return versions.length === 0 ? null : Math.min(...versions);
}

/** The estate as the dependency table wants it: every part that ought to run. */
export function estateOf({ map, parts, world }: Pick<Known, 'map' | 'parts' | 'world'>): Estate {
  return { map, parts: parts.filter(({ wanted }) => wanted), onLoss: lossesOf(world) };
}

function ifKilled(known: Known, cell: string): S.Status['ifKilled'][string] {
  const estate = estateOf(known);
  const lost = known.parts.filter((part) => part.cell === cell && part.kind !== 'links' && part.wanted);
  const { hit } = predict(
    lost.map(({ address, role }) => ({ address, role, loss: 'gone' })),
    estate,
  );
  const all = Object.keys(known.map.tenants).length;
  const ratio = all === 0 ? 0 : Number((hit.size / all).toFixed(4));
  return { tenants: hit.size, ratio, jobs: known.queues[cell]?.open() ?? null };
}

function composeTenants(known: Known, cells: readonly S.CellStatus[]): S.TenantStatus[] {
  const health = new Map(cells.map((cell) => [cell.id, cell.health]));
  const open = known.blastRadius?.untilMs === null ? known.blastRadius : null;
  const hit = new Set(open?.hit);
  const noRouter = known.routers.every((router) => router === null);
  return Object.entries(known.map.tenants).map(([id, { cell, epoch, override }]) => {
    const traffic = known.windows.tenant(id, known.nowMs);
    const unreachable = noRouter || health.get(cell) === 'down';
    const state = tenantMark({ override, unreachable, wasHit: hit.has(id), traffic });
    const { rps, errorRatio, latencyMsP50, latencyMsP95, latencyMsP99 } = traffic;
    return { id, cell, epoch, override, state, rps, errorRatio, latencyMsP50, latencyMsP95, latencyMsP99 };
  });
}

function headlineFacts(known: Known, cells: readonly S.CellStatus[]): HeadlineFacts {
  const { now, growing, routers, faults, blastRadius, readBack, traffic } = known;
  const missing: MissingPart[] = known.parts.filter(isMissing);
  return {
    now,
    growing,
    tenants: Object.keys(known.map.tenants).length,
    cells: cells.map((cell) => cellFacts(known, cell)),
    missing,
    routers: routers.length,
    faults,
    blastRadius,
    readBack,
    trafficOn: traffic.on && traffic.targetRps > 0,
    quarantined: Object.keys(known.map.tenants).filter((id) => known.map.tenants[id]?.override === 'quarantined'),
  };
}

function cellFacts({ queues, faults }: Known, cell: S.CellStatus): CellFacts {
  const { id, health, tenants, components, clearInMs, traffic } = cell;
  const cut = faults.some(
    ({ kind, target, state }) =>
      kind === 'partition' && state !== 'gone' && (target === id || target.endsWith(`->${id}`)),
  );
  const paused =
    components.some(({ state }) => state === 'paused') && !components.some(({ state }) => state === 'dead');
  return {
    id,
    health,
    tenants,
    manner: cut ? 'cut off' : paused ? 'paused' : 'down',
    jobsWaiting: queues[id]?.open() ?? null,
    oldestAgeMs: queues[id]?.oldestAgeMs() ?? null,
    clearInMs,
    errorRatio: traffic.errorRatio,
  };
}
