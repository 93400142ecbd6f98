import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import type { InvariantVerdict, Judgement } from '../../sim/judge/contract.ts';
import { invariantIds } from '../../sim/judge/contract.ts';
import type { RunMetrics, RunPetri, RunPlan, RunSeries, Verdict } from '../../sim/runs/contract.ts';
import { cellOf, kindOf } from '../../sim/world/address.ts';

/** A run of thirty seconds in which cell b is killed from 10 s to 18 s, written down by hand: three cells of four tenants each. */
export interface RecordedRun {
  readonly plan: RunPlan;
  readonly petri: RunPetri;
  readonly metrics: RunMetrics;
  readonly verdict: Verdict;
  readonly scenario: string;
  readonly world: string;
  readonly events: readonly Event[];
}

const startT = 5_000_000_000;
const startedAt = Date.UTC(2026, 10, 24, 12, 0, 0);
const second = 1_000_000;
const endMs = 30_000;
const killedMs = 10_000;
const gonelyMs = 18_000;
const cells = ['a', 'b', 'c'] as const;
const tenantsOf = (cell: string) => {
  const first = cells.indexOf(cell as (typeof cells)[number]) * 4 + 1;
  return [0, 1, 2, 3].map((at) => `t${String(first + at).padStart(2, '0')}`);
};
const partsOf = (cell: string) => [
  `links/${cell}`,
  `${cell}/alb`,
  `${cell}/dynamodb`,
  `${cell}/sqs`,
  `${cell}/aurora/1`,
  `${cell}/aurora/2`,
  `${cell}/web/1`,
  `${cell}/web/2`,
  `${cell}/worker/1`,
];

export const scenarioText = `petri: 1
name: kill-one-cell
world: {cells: 3, tenants: 12}
seed: 7
timeline:
  - {at: 10s, fault: kill, target: b, for: 8s}
run: 30s
expect: {blastRadius: 34%, errors: {outside: 0}, recoverWithin: 15s, invariants: all}
`;

export function recordedRun(): RecordedRun {
  const events = makeEvents();
  return {
    plan: makePlan(),
    petri: { version: '0.1.0', on: 'process', engine: 'embedded', node: '24.0.0', system: 'linux x64', images: {} },
    metrics: makeMetrics(events),
    verdict: makeVerdict(),
    scenario: scenarioText,
    world: 'petri: 1\ncells: 3\ntenants: 12\n',
    events,
  };
}

/** Writes the run as its folder. Returns the folder. */
export function writeRun(run: RecordedRun, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  for (const name of ['plan', 'petri', 'metrics', 'verdict'] as const) put(`${name}.json`, JSON.stringify(run[name]));
  put('events.ndjson', run.events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  put('scenario.yaml', run.scenario);
  put('world.yaml', run.world);
  return folder;
}

function makePlan(): RunPlan {
  const tenants = cells.flatMap((cell) =>
    tenantsOf(cell).map((tenant) => [tenant, { cell, epoch: 1, override: null }] as const),
  );
  const addresses = ['map', 'control', 'traffic', 'router/1', ...cells.flatMap(partsOf)];
  return {
    format: 1,
    scenario: 'kill-one-cell',
    seed: 7,
    bug: null,
    judged: {
      on: 'process',
      seed: 7,
      map: { version: 1, tenants: Object.fromEntries(tenants) },
      parts: addresses.map((address) => ({
        address,
        kind: kindOf(address),
        cell: cellOf(address),
        ...(address.includes('/aurora/')
          ? { role: address.endsWith('1') ? ('writer' as const) : ('reader' as const) }
          : {}),
      })),
      onLoss: {},
      client: 'traffic',
      skipped: [],
      startT,
      healedT: startT + 18.4 * second,
      endT: startT + 30 * second,
      recoverWithinMs: 15_000,
    },
    done: [{ atMs: killedMs, command: 'petri kill b --for 8s' }],
    startedAt,
  };
}

function makeEvents(): Event[] {
  const seqs = new Map<string, number>();
  const events: Event[] = [];
  const add = (ms: number, part: string, kind: string, fields: Readonly<Record<string, unknown>>) =>
    events.push({
      v: 1,
      t: startT + Math.round(ms * 1000),
      at: startedAt + Math.round(ms),
      seq: 0,
      life: `${part}-1`,
      part,
      kind,
      ...fields,
    });
  add(-500, 'supervisor', 'world.serving', { cells, router: 'http://127.0.0.1:8080' });
  for (const cell of cells) {
    add(-900, `${cell}/aurora/1`, 'aurora.role', { role: 'writer', generation: 1, reason: 'first' });
    add(-890, `${cell}/aurora/2`, 'aurora.role', { role: 'reader', generation: 1, reason: 'follows' });
    add(-800, 'router/1', 'cell.state', { cell, health: 'serving', reason: 'probe', afterMs: null });
  }
  const killed = partsOf('b').filter((part) => !part.startsWith('links/'));
  const affected = killed.map((address) => ({ address, loss: 'gone' }));
  add(killedMs, 'supervisor', 'fault.injected', {
    fault: 'f1',
    what: 'kill',
    target: 'b',
    by: 'kill-one-cell',
    affected,
    forMs: 8000,
    settings: {},
  });
  for (const address of killed)
    add(killedMs + 8, 'supervisor', 'part.died', { address, code: null, signal: 'SIGKILL', by: 'petri' });
  add(killedMs + 30, 'supervisor', 'fault.seen', {
    fault: 'f1',
    what: 'kill',
    target: 'b',
    seen: '8 of 8 processes gone',
  });
  add(killedMs + 120, 'router/1', 'cell.state', { cell: 'b', health: 'down', reason: 'refused', afterMs: 120 });
  add(gonelyMs, 'supervisor', 'fault.healed', { fault: 'f1', what: 'kill', target: 'b' });
  for (const address of killed)
    add(gonelyMs + 300, 'supervisor', 'part.replaced', { address, pid: 4711, why: 'healed', tookMs: 290 });
  add(gonelyMs + 320, 'b/aurora/1', 'aurora.role', { role: 'writer', generation: 2, reason: 'back' });
  add(gonelyMs + 330, 'b/aurora/2', 'aurora.role', { role: 'reader', generation: 2, reason: 'follows' });
  add(gonelyMs + 350, 'router/1', 'cell.state', { cell: 'b', health: 'serving', reason: 'probe', afterMs: null });
  add(gonelyMs + 400, 'supervisor', 'fault.gone', { fault: 'f1', what: 'kill', target: 'b', seen: '8 of 8 serve' });
  addRequests(add);
  events.sort((left, right) => left.t - right.t);
  return events.map((event) => {
    const seq = (seqs.get(event.life) ?? 0) + 1;
    seqs.set(event.life, seq);
    return { ...event, seq };
  });
}

/** Each tenant asks twice a second; each fifth time for a job that is done a second later. */
function addRequests(
  add: (ms: number, part: string, kind: string, fields: Readonly<Record<string, unknown>>) => void,
): void {
  for (const cell of cells) {
    tenantsOf(cell).forEach((tenant, place) => {
      for (let turn = 0; turn < 58; turn += 1) {
        const sentMs = turn * 500 + place * 60 + 20;
        const isDown = cell === 'b' && sentMs >= killedMs && sentMs < gonelyMs + 350;
        const isHeld = isDown && sentMs < killedMs + 120;
        const latencyMs = isDown ? (isHeld ? 40 : 1) : 6 + ((turn * 7 + place * 3) % 11);
        const isJob = turn % 5 === 4;
        const request = `${tenant}-${turn}`;
        const answer = isDown
          ? isHeld
            ? { status: 502, outcome: 'unknown', error: true, handed: true, reason: 'reset' }
            : { status: 503, outcome: 'refused', error: true, handed: false, reason: 'cell-down' }
          : { status: isJob ? 202 : 200, outcome: 'ok', error: false, handed: true, reason: null };
        const job = isJob && !isDown ? `j-${request}` : null;
        add(sentMs, 'traffic', 'request.sent', {
          request,
          attempt: 1,
          tenant,
          op: isJob ? 'job' : 'read',
          args: {},
          key: null,
          intendedT: startT + sentMs * 1000,
        });
        add(sentMs + latencyMs, 'router/1', 'request.answered', {
          request,
          tenant,
          method: isJob ? 'POST' : 'GET',
          path: isJob ? '/jobs' : '/sheets/s1/rows/r1',
          cell,
          epoch: 1,
          resent: false,
          sentT: startT + sentMs * 1000,
          latencyMs,
          etag: null,
          job,
          ...answer,
        });
        add(sentMs + latencyMs + 1, 'traffic', 'request.answered', {
          request,
          attempt: 1,
          tenant,
          status: answer.status,
          outcome: answer.outcome,
          latencyMs: latencyMs + 1,
        });
        if (job === null) continue;
        add(sentMs + 3, `${cell}/web/1`, 'job.accepted', {
          tenant,
          job,
          queue: 'standard',
          units: 10,
          jobKind: 'recalc',
          epoch: 1,
          key: null,
          request,
        });
        const takenMs =
          cell === 'b' && sentMs + 900 > killedMs && sentMs < gonelyMs + 350
            ? gonelyMs + 800 + place * 40
            : sentMs + 900;
        add(takenMs, `${cell}/worker/1`, 'job.started', { tenant, job, queue: 'standard', attempt: 1 });
        add(takenMs + 90, `${cell}/worker/1`, 'job.done', {
          tenant,
          job,
          queue: 'standard',
          attempt: 1,
          already: false,
          dwellMs: takenMs - sentMs,
          workMs: 90,
        });
      }
    });
  }
}

function makeMetrics(events: readonly Event[]): RunMetrics {
  const shown = cells.map((cell) => [cell, seriesOf(cell, events)] as const);
  return { format: 1, everyMs: 1000, cells: Object.fromEntries(shown) };
}

function seriesOf(cell: string, events: readonly Event[]): RunSeries {
  const seconds = Array.from({ length: endMs / 1000 }, (_, at) => at);
  const secondOf = (event: Event) => Math.floor((event.t - startT) / second);
  const answers = events.filter(
    (event) => event.kind === 'request.answered' && event.part === 'router/1' && event['cell'] === cell,
  );
  const of = (at: number, outcome: string) =>
    answers.filter((event) => secondOf(event) === at && event['outcome'] === outcome);
  const latencies = (at: number) =>
    of(at, 'ok')
      .map((event) => Number(event['latencyMs']))
      .toSorted((x, y) => x - y);
  const rank = (at: number, share: number) => latencies(at)[Math.floor((latencies(at).length - 1) * share)] ?? null;
  const jobs = (at: number, kind: string) =>
    events.filter((event) => event.kind === kind && event.part.startsWith(`${cell}/`) && secondOf(event) <= at).length;
  return {
    ok: seconds.map((at) => of(at, 'ok').length),
    refused: seconds.map((at) => of(at, 'refused').length),
    unknown: seconds.map((at) => of(at, 'unknown').length),
    latencyMsP50: seconds.map((at) => rank(at, 0.5)),
    latencyMsP99: seconds.map((at) => rank(at, 0.99)),
    jobsOpen: seconds.map((at) => jobs(at, 'job.accepted') - jobs(at, 'job.done')),
    tenantsHit: seconds.map(
      (at) => new Set([...of(at, 'refused'), ...of(at, 'unknown')].map((event) => event['tenant'])).size,
    ),
  };
}

function makeVerdict(): Verdict {
  return {
    format: 1,
    verdict: 'held',
    headline: 'Cell b was gone for 8.4 s: 4 of 12 tenants were hit, as predicted, and the other 8 did not notice.',
    expectations: [
      { name: 'blastRadius', state: 'held', expected: '34%', measured: '33%' },
      { name: 'errors.outside', state: 'held', expected: '0', measured: '0' },
      { name: 'recoverWithin', state: 'held', expected: '15 s', measured: '0.4 s' },
    ],
    judgement: makeJudgement(),
  };
}

function makeJudgement(): Judgement {
  const invariants = invariantIds.map((id): InvariantVerdict =>
    id === 'same-bytes'
      ? {
          id,
          state: 'skipped',
          reason: 'only under --repeat, in virtual time',
          count: 0,
          violations: [],
          looked: 'nothing',
        }
      : { id, state: 'held', reason: null, count: 0, violations: [], looked: '696 requests of 12 tenants' },
  );
  return {
    invariants,
    inconclusive: [],
    facts: {
      requests: { offered: 696, ok: 628, refused: 66, unknown: 2, inFlight: 0 },
      errors: { all: 68, inside: 68, outside: 0 },
      blastRadius: { predictedRatio: 0.3333, measuredRatio: 0.3333, hit: tenantsOf('b'), leaks: [] },
      detectedAfterMs: 120,
      recoveredAfterMs: 350,
      queueAgeMsMax: 8900,
      goodputRatio: 0.902,
      jobs: { accepted: 124, done: 124, dead: 0, open: 0, redelivered: 0 },
    },
  };
}
