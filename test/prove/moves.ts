import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import type { TenantStatus } from '../../sim/state/status.ts';
import { eventually, type Said } from '../support/petri-box.ts';
import { doubleEffects, lostWrites, unendedJobs } from './checks.ts';
import { ForeignClient } from './foreign-client.ts';
import { askEveryMs, pause, type Arena } from './kill-cell.ts';
import { percentile, type Round } from './rounds.ts';

/** Control's calls take so long on the way to a cell, so that a fault can meet a move at each of its steps. */
const slowed = 'latency=60ms';

type Hurt = (from: string, to: string) => readonly string[];

/** What happens to whom while a tenant moves. */
const faults: readonly Hurt[] = [
  () => ['kill', 'control', '--for', '2s'],
  (_from, to) => ['kill', `${to}/aurora/writer`],
  (from) => ['pause', `${from}/aurora/writer`, '--for', '3s'],
  () => ['pause', 'control', '--for', '2s'],
  (from) => ['partition', `control->${from}/aurora`, '--for', '3s'],
  (_from, to) => ['pause', `${to}/aurora/writer`, '--for', '3s'],
  () => ['kill', 'map', '--for', '2s'],
  (from) => ['kill', `${from}/aurora/writer`],
  (_from, to) => ['partition', `control->${to}/aurora`, '--for', '3s'],
  (_from, to) => ['kill', to, '--for', '4s'],
  (from) => ['kill', from, '--for', '4s'],
  () => ['pause', 'map', '--for', '2s'],
];

export const kindsOfHurt = faults.length;

/** Under load one tenant moves, and something is hurt at an instant of its move that `draw` chooses (0 to 1). */
export function moveUnderFire(arena: Arena, round: number, draw: number): Promise<Round> {
  return moveOne(arena, round, { hurt: faults[round % faults.length]!, afterMs: draw * 600 });
}

/** How long a tenant that moves and is not hurt may be refused its writes, in milliseconds: for 95 moves of 100. */
const blockedMsP95Max = 500;

/** Under load one tenant moves, and nothing is hurt. `blockedMs`: how long those before it were refused, to which this one is added. */
export async function moveInCalm(arena: Arena, round: number, blockedMs: number[]): Promise<Round> {
  const { problems, facts } = await moveOne(arena, round, null);
  blockedMs.push(Number(facts['blocked ms'] ?? Infinity));
  const p95 = percentile(blockedMs, 0.95);
  const isLate = blockedMs.length >= 20 && p95 > blockedMsP95Max;
  return {
    problems: isLate ? [...problems, `of ${blockedMs.length} moves one in twenty blocks longer`] : problems,
    facts: { ...facts, 'p95 so far': p95 },
  };
}

/**
 * Under load one tenant moves, hurt or not. The move ends, in one home or the other; nothing acknowledged is lost, no job is done
 * twice, no epoch falls, and the tenant is served.
 */
async function moveOne(
  { box, url, tenantsOf }: Arena,
  round: number,
  fire: { readonly hurt: Hurt; readonly afterMs: number } | null,
): Promise<Round> {
  const problems: string[] = [];
  const cells = Object.keys(tenantsOf).toSorted();
  const all = await box.json<TenantStatus[]>('tenants');
  // Whoever is held where it is does not move.
  const movable = all.filter(({ override }) => override === null);
  const mover = movable[(round * 7) % movable.length]!;
  const [from, to] = [mover.cell, cells[(cells.indexOf(mover.cell) + 1 + (round % 2)) % cells.length]!];
  for (const cell of fire ? [from, to] : []) {
    await box.run('fault', 'latency', `control->${cell}/aurora`, slowed, '--for', '1m');
  }
  // Most of the load is the moving tenant's own.
  const client = new ForeignClient({
    url,
    tenants: [mover.id, mover.id, mover.id, ...all.map(({ id }) => id)],
    rps: 100,
  });
  client.start();
  await pause(500);
  const hurt = fire?.hurt(from, to) ?? [];
  const moving = box.run('move', mover.id, to);
  const hurting = fire && pause(fire.afterMs).then(() => box.run(...hurt));
  const [moved, said] = await Promise.all([moving, hurting]);
  if (said && said.code !== 0) problems.push(`petri ${hurt.join(' ')} ended with ${said.code}: ${said.err.trim()}`);
  if (!(fire ? [0, 69] : [0]).includes(moved.code))
    problems.push(`petri move ended with ${moved.code}: ${lastLine(moved)}`);
  if (fire) await box.run('heal', '--all');
  const settled = async () => {
    const { facts } = await box.json<{ facts: { move: unknown; override: string | null } }>('why', mover.id);
    return facts.move === null && facts.override !== 'moving';
  };
  await eventually(`the move of ${mover.id} ends`, settled, 40_000, askEveryMs).catch((e: Error) =>
    problems.push(e.message),
  );
  const served = async () =>
    (await client.send(mover.id, 'PUT', '/sheets/served/rows/r', { value: round }, 'read')).status === 200;
  await eventually(`${mover.id} is served`, served, 20_000, 100).catch((e: Error) => problems.push(e.message));
  await client.stop();
  const now = (await box.json<TenantStatus[]>('tenants')).find(({ id }) => id === mover.id);
  if (now?.override !== mover.override) problems.push(`${mover.id} was ${mover.override}, and is ${now?.override}`);
  if (!now || now.epoch < mover.epoch) problems.push(`the epoch of ${mover.id} fell from ${mover.epoch}`);
  if (now?.cell === to && now.epoch <= mover.epoch) problems.push(`${mover.id} moved under its old epoch`);
  problems.push(
    ...(await lostWrites(client)),
    ...(await unendedJobs(client, 60_000)),
    ...doubleEffects(box.eventsFolder),
  );
  client.close();
  const steps = stepsOf(box.eventsFolder, mover.id, mover.epoch);
  return {
    problems,
    facts: {
      ...(fire ? { hurt: hurt.join(' '), after: steps.before ?? 'nothing' } : { tenant: mover.id, from, to }),
      end: now?.cell === to ? 'moved' : 'put back',
      requests: client.attempts.length,
      ...(steps.blockedMs === null ? {} : { 'blocked ms': steps.blockedMs }),
    },
  };
}

/** How far the move had come when something was hurt, by the records of control and of the supervisor. */
function stepsOf(folder: string, tenant: string, epoch: number): { before: string | null; blockedMs: number | null } {
  const events = ['control', 'supervisor'].flatMap((part) =>
    readFileSync(join(folder, `${part}.ndjson`), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"move.') || line.includes('"fault.seen"'))
      .map((line) => JSON.parse(line) as Event),
  );
  const moves = events.filter((event) => event['tenant'] === tenant && Number(event['epoch']) > epoch);
  const hurtT = Math.max(
    0,
    ...events.filter(({ kind, what }) => kind === 'fault.seen' && what !== 'latency').map(({ t }) => t),
  );
  const before = moves.filter(({ t }) => t < hurtT).toSorted((a, b) => a.t - b.t);
  const resumed = moves.find(({ kind }) => kind === 'move.resumed');
  return { before: before.at(-1)?.kind ?? null, blockedMs: (resumed?.['blockedMs'] ?? null) as number | null };
}

function lastLine({ out, err }: Said): string {
  return (err || out).trim().split('\n').at(-1) ?? '';
}
