import type {
  BlastRadius,
  CellStatus,
  FaultStatus,
  LogLine,
  PartStatus,
  QueueStatus,
  Snapshot,
  TenantStatus,
} from '../../sim/state/status.ts';
import type { PartKind } from '../../sim/world/part.ts';

export type Moment = 'calm' | 'killed' | 'recovery';

export interface FakeWorldOptions {
  readonly cells?: number;
  readonly tenantsPerCell?: number;
  readonly moment?: Moment;
  /** Tenants of other cells that were hit though nobody expected it. */
  readonly leaks?: readonly string[];
}

/** When the scripted world was grown; its times count from here. */
export const grownAtMs = 1_700_000_000_000;

const letters = 'abcdefghijklmnopqrstuvwx';
const secondsUp: Readonly<Record<Moment, number>> = { calm: 40, killed: 43, recovery: 59 };

export function tenantIds(cells: number, perCell: number): string[][] {
  const digits = Math.max(2, String(cells * perCell).length);
  return Array.from({ length: cells }, (_, cell) =>
    Array.from(
      { length: perCell },
      (_ignored, index) => `t${String(cell * perCell + index + 1).padStart(digits, '0')}`,
    ),
  );
}

/** A snapshot as the supervisor would send it: calm, three seconds after `kill b`, or with b catching up. */
export function fakeSnapshot(options: FakeWorldOptions = {}): Snapshot {
  const { cells: count = 3, tenantsPerCell = 20, moment = 'calm', leaks = [] } = options;
  const ids = tenantIds(count, tenantsPerCell);
  const now = grownAtMs + secondsUp[moment] * 1000;
  const all = count * tenantsPerCell;
  const cells = ids.map((tenants, index) => cellAt(index, tenants.length, moment, now));
  const hurt = ids[1] ?? [];
  return {
    status: {
      world: 'default',
      on: 'process',
      name: 'default',
      since: grownAtMs,
      now,
      ...words(moment, all, tenantsPerCell, count),
      supervisor: { pid: 4242 },
      router: { url: 'http://127.0.0.1:8080', mapVersion: 7, tenantFrom: 'header' },
      engine: 'embedded',
      traffic: {
        on: true,
        targetRps: 200,
        offeredPerSecond: 200,
        retriesPerSecond: 0,
        skew: 0.6,
        mix: { read: 0.7, write: 0.24, job: 0.05, xl: 0.01 },
      },
      components: ['router/1', 'map', 'control', 'traffic'].map((address) =>
        part(address, address.split('/')[0] as PartKind, 'running'),
      ),
      cells,
      faults: moment === 'calm' ? [] : [killFault(moment)],
      blastRadius: moment === 'calm' ? null : ledgerEntry(moment, hurt, leaks, all),
      ifKilled: Object.fromEntries(
        cells.map((cell) => [cell.id, { tenants: tenantsPerCell, ratio: tenantsPerCell / all, jobs: 4 }]),
      ),
      readBack:
        moment === 'recovery'
          ? {
              fault: 'f1',
              total: 1204,
              read: 912,
              lost: 0,
              lostRequests: [],
              doubtTaken: 5,
              doubtNotTaken: 3,
              jobs: { accepted: 71, ended: 8, open: 63, rerun: 3, twice: 0 },
              done: false,
            }
          : null,
    },
    tenants: ids.flatMap((names, cell) => names.map((id, index) => tenantAt(id, cell, index, moment, leaks))),
    log: logAt(moment, count),
  };
}

function words(moment: Moment, all: number, each: number, cells: number) {
  const rest = all - each;
  switch (moment) {
    case 'calm':
      return {
        mood: 'calm' as const,
        headline: `ALL ${all} TENANTS ARE SERVED by ${cells} cells.`,
        subline: 'Try it: press 2 to pick cell b, then k to kill it. Who will notice?',
      };
    case 'killed':
      return {
        mood: 'hurt' as const,
        headline: `CELL b IS DOWN.  ${each} of ${all} tenants cannot work.  The other ${rest} did not notice.`,
        subline: 'You killed it 3 s ago; it stays down until h. No other cell has their data.',
      };
    case 'recovery':
      return {
        mood: 'catching-up' as const,
        headline: 'CELL b IS BACK, CATCHING UP.  63 jobs wait, oldest 19 s, clear in about 7 s.',
        subline: `Was down 16 s; ${each} tenants hit, ${rest} not. Read back 912 of 1204 writes: 0 lost.`,
      };
  }
}

function cellAt(index: number, tenants: number, moment: Moment, now: number): CellStatus {
  const id = letters[index] ?? '?';
  const state = index === 1 ? moment : 'calm';
  const served = 65 + ((index * 7) % 5);
  return {
    id,
    state: 'active',
    health: state === 'calm' ? 'serving' : state === 'killed' ? 'down' : 'catching-up',
    tenants,
    release: 'r1',
    traffic: {
      rps: served,
      answeredPerSecond: state === 'killed' ? 0 : state === 'recovery' ? 91 : served,
      refusedPerSecond: state === 'killed' ? served : 0,
      failedPerSecond: 0,
      latePerSecond: state === 'recovery' ? 26 : 0,
      inDoubt: state === 'killed' ? 8 : 0,
      errorRatio: state === 'killed' ? 1 : 0,
      latencyMsP50: state === 'killed' ? null : state === 'recovery' ? 21 : 4,
      latencyMsP95: state === 'killed' ? null : 10,
      latencyMsP99: state === 'killed' ? null : state === 'recovery' ? 84 : 12,
    },
    queues: {
      standard: queueAt(state, { calm: 4, killed: 9, recovery: 63 }[state], state === 'recovery' ? 19_000 : 300, now),
      xl: queueAt(state, state === 'calm' ? 0 : 1, null, now),
      deadLetter: { waiting: state === 'killed' ? null : 0 },
    },
    clearInMs: state === 'recovery' ? 7000 : null,
    components: partsOf(id, state === 'killed' ? 'dead' : 'running', state !== 'calm' || index === 2),
    history: historyOf(state, moment),
    replacements: 0,
  };
}

function historyOf(state: Moment, moment: Moment): string {
  const up = secondsUp[moment] - 4;
  const marks = {
    calm: '.'.repeat(up),
    killed: `${'.'.repeat(up - 3)}XXX`,
    recovery: `${'.'.repeat(up - 19)}${'X'.repeat(16)}~~~`,
  };
  return marks[state].padStart(90);
}

function queueAt(state: Moment, waiting: number, oldestAgeMs: number | null, now: number): QueueStatus {
  if (state !== 'killed') {
    return { waiting, inFlight: 1, oldestAgeMs, readMs: now, last: null, frozen: false };
  }
  return {
    waiting: null,
    inFlight: null,
    oldestAgeMs: null,
    readMs: now - 3000,
    last: { waiting, inFlight: 1, oldestAgeMs },
    frozen: true,
  };
}

function part(address: string, kind: PartKind, state: PartStatus['state']): PartStatus {
  return {
    address,
    kind,
    state,
    restarts: 0,
    pid: state === 'dead' ? null : 1000,
    containerId: null,
    memoryBytes: null,
    size: null,
  };
}

function partsOf(cell: string, state: PartStatus['state'], xl: boolean): PartStatus[] {
  return [
    part(`${cell}/alb`, 'alb', state),
    part(`${cell}/web/1`, 'web', state),
    part(`${cell}/web/2`, 'web', state),
    part(`${cell}/worker/1`, 'worker', state),
    ...(xl ? [part(`${cell}/xl/1`, 'xl', state)] : []),
    { ...part(`${cell}/aurora/1`, 'aurora', state), role: 'writer' },
    { ...part(`${cell}/aurora/2`, 'aurora', state), role: 'reader' },
    part(`${cell}/dynamodb`, 'dynamodb', state),
    part(`${cell}/sqs`, 'sqs', state),
  ];
}

function tenantAt(id: string, cell: number, index: number, moment: Moment, leaks: readonly string[]): TenantStatus {
  const inB = cell === 1;
  const late = inB && moment === 'recovery' && [2, 7, 9, 13, 18].includes(index);
  const silent = index === 6 || index === 14;
  const state = leaks.includes(id)
    ? 'hit'
    : late
      ? 'late'
      : inB && moment === 'killed'
        ? silent
          ? 'cut-off'
          : 'hit'
        : 'served';
  return {
    id,
    cell: letters[cell] ?? '?',
    epoch: 1,
    override: null,
    state,
    rps: 3,
    errorRatio: state === 'hit' ? 1 : 0,
    latencyMsP50: 4,
    latencyMsP95: 9,
    latencyMsP99: 12,
  };
}

export function killFault(moment: Moment): FaultStatus {
  return {
    id: 'f1',
    kind: 'kill',
    target: 'b',
    by: 'ui',
    sinceMs: grownAtMs + 40_000,
    untilMs: null,
    state: moment === 'recovery' ? 'gone' : 'open',
    seen: '9 of 9 processes gone',
    healedMs: moment === 'recovery' ? grownAtMs + 56_000 : null,
    settings: {},
    endsBy: 'petri heal f1',
  };
}

function ledgerEntry(moment: Moment, hurt: readonly string[], leaks: readonly string[], all: number): BlastRadius {
  const silent = moment === 'killed' ? hurt.filter((_, index) => index === 6 || index === 14) : [];
  const hit = [...hurt.filter((tenant) => !silent.includes(tenant)), ...leaks];
  return {
    fault: 'f1',
    targets: ['b'],
    predictedRatio: hurt.length / all,
    measuredRatio: hit.length / all,
    predicted: hurt,
    hit,
    silent,
    leaks,
    leakRequests: leaks.map((tenant) => ({ tenant, request: `r-${tenant}`, status: 502, atMs: grownAtMs + 41_000 })),
    inDoubt: 8,
    noticedAfterMs: 110,
    sinceMs: grownAtMs + 40_000,
    untilMs: moment === 'recovery' ? grownAtMs + 56_000 : null,
  };
}

function logAt(moment: Moment, cells: number): LogLine[] {
  const at = (seconds: number, text: string, command: string | null = null): LogLine => ({
    at: grownAtMs + seconds * 1000,
    text,
    command,
  });
  const calm = [
    at(2, `${cells} cells started (29 processes, 700 MiB in all)`),
    at(4, `all ${cells} cells answer through the router at http://127.0.0.1:8080`),
    at(4, 'traffic on: 60 tenants, 200 req/s'),
  ];
  const killed = [
    at(40, 'you: petri kill b', 'petri kill b'),
    at(40, 'b: 9 processes killed; 8 requests in flight are IN DOUBT (may have taken effect)'),
    at(40, 'router/1: b marked down after 0.11 s; 503 with retry-after 2'),
  ];
  const back = [
    at(56, 'you: petri heal f1', 'petri heal f1'),
    at(57, 'b answers through the router again, 1.4 s after heal'),
  ];
  return { calm, killed: [...calm, ...killed], recovery: [...calm, ...killed, ...back] }[moment];
}
