import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import type { Status } from '../../sim/state/status.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { docker } from './docker-hand.ts';
import { pause } from './kill-cell.ts';
import type { Round } from './rounds.ts';

const worlds = join(import.meta.dirname, '../../fixtures/worlds');
/** What was sent sooner after the fault says nothing about it. */
const settledMs = 250;

/** It is begun half a second after the entry is closed, or after the record of one who was hit has come. */
const readBackBeginsMs = 1500;

const services = join(import.meta.dirname, '../../fixtures/foreign');

/** A world of services that know nothing of Petri, under the traffic that its protocol describes. */
export interface ForeignArena {
  readonly box: PetriBox;
  readonly world: 'notes' | 'shop';
  readonly url: string;
  readonly tenants: readonly string[];
}

export interface ForeignFault {
  readonly command: readonly string[];
  /** What brings it back where nothing does it by itself. */
  readonly ends: readonly string[] | null;
  /** The tenants of b who are hit: all that called and were not held, at least one, as many as it happens, nobody. */
  readonly hits: 'all' | 'some' | 'any' | 'none';
}

/** What is done to each: the cell, its tasks, its own database, and the ways between them. */
export const foreignFaults: Readonly<Record<ForeignArena['world'], readonly ForeignFault[]>> = {
  notes: [
    { command: ['kill', 'b'], ends: ['restart', 'b'], hits: 'all' },
    { command: ['kill', 'b/web/1'], ends: null, hits: 'some' },
    { command: ['partition', 'router->b'], ends: ['heal'], hits: 'all' },
    { command: ['restart', 'b/web/1'], ends: null, hits: 'any' },
  ],
  shop: [
    { command: ['kill', 'b'], ends: ['restart', 'b'], hits: 'all' },
    { command: ['kill', 'b/db'], ends: null, hits: 'some' },
    { command: ['pause', 'b/db'], ends: ['resume', 'b/db'], hits: 'all' },
    { command: ['partition', 'b/web/1->b/db'], ends: ['heal'], hits: 'some' },
    { command: ['kill', 'b/worker/1'], ends: null, hits: 'none' },
    { command: ['restart', 'b/db'], ends: null, hits: 'any' },
  ],
};

export async function openForeign(
  box: PetriBox,
  world: ForeignArena['world'],
  ...flags: string[]
): Promise<ForeignArena> {
  if (flags.includes('docker')) await buildImage(world);
  const status = await box.up(join(worlds, `${world}.yaml`), ...flags);
  const tenants = await box.json<{ id: string }[]>('tenants', '--name', world);
  await pause(2000);
  return { box, world, url: status.router.url, tenants: tenants.map(({ id }) => id) };
}

/** Without a registry: from Petri's own base image, which is here wherever worlds on Docker are grown. */
async function buildImage(world: ForeignArena['world']): Promise<void> {
  const node = `NODE_IMAGE=${process.env['NODE_IMAGE'] ?? 'node:24-slim'}`;
  await docker('build', '-q', '-t', `petri-${world}`, '--build-arg', node, join(services, world));
}

/** One fault in cell b: who was hit is who was predicted, it comes back, and what was acknowledged is there. */
export async function playForeign({ box, world }: ForeignArena, fault: ForeignFault): Promise<Round> {
  const problems: string[] = [];
  const look = () => box.json<Status>('status', '--name', world);
  const before = (await look()).blastRadius?.sinceMs ?? 0;
  const run = async (words: readonly string[]) => {
    const said = await box.run(...words, '--name', world);
    if (said.code !== 0) problems.push(`petri ${words.join(' ')} ended with ${said.code}: ${said.err}`);
  };
  await run(fault.command);
  let endedAt = Infinity;
  if (fault.ends !== null) {
    await pause(2500);
    endedAt = Date.now();
    await run(fault.ends);
  }
  const closed = async () => {
    const status = await look();
    const { blastRadius: entry } = status;
    return entry !== null && entry.sinceMs > before && entry.untilMs !== null ? entry : null;
  };
  const entry = await eventually('the blast radius is closed', closed, 30_000, 200).catch(() => null);
  if (!entry) return { problems: [...problems, 'the blast-radius entry did not close'], facts: {} };
  const answered = answeredMeanwhile(join(box.home, 'petri', world, 'events'), entry.sinceMs, endedAt);
  problems.push(...radiusProblems(fault, entry, await tenantsOfB(box, world), answered));
  const proof = entry.hit.length === 0 ? null : await readBack(look, entry.fault);
  if (entry.hit.length > 0 && !proof?.done)
    problems.push(`what was acknowledged was not read back: ${JSON.stringify(proof)}`);
  for (const lost of proof?.lostRequests ?? [])
    problems.push(`lost: ${lost.tenant} ${lost.expected}, read ${lost.seen}`);
  if ((proof?.jobs?.open ?? 0) > 0) problems.push(`${proof?.jobs?.open} accepted jobs have not ended`);
  const back = async () => (await look()).cells.every(({ health }) => health === 'serving');
  await eventually('every cell serves', back, 30_000, 200).catch((error: Error) => problems.push(error.message));
  return {
    problems,
    facts: {
      fault: fault.command.join(' '),
      hit: entry.hit.length,
      'open for s': Number(((entry.untilMs! - entry.sinceMs) / 1000).toFixed(1)),
      'read back': `${proof?.read ?? 0} of ${proof?.total ?? 0}`,
    },
  };
}

function radiusProblems(
  fault: ForeignFault,
  entry: NonNullable<Status['blastRadius']>,
  own: readonly string[],
  answered: ReadonlySet<string>,
): string[] {
  const problems: string[] = [];
  const words = (names: readonly string[]) => names.join(' ') || 'nobody';
  if (entry.leaks.length > 0) problems.push(`leaked: ${words(entry.leaks)}`);
  const strangers = entry.hit.filter((tenant) => !own.includes(tenant));
  if (strangers.length > 0) problems.push(`hit outside of b: ${words(strangers)}`);
  if (fault.hits === 'all') {
    if (entry.predicted.join() !== own.join())
      problems.push(`predicted ${words(entry.predicted)}, not the tenants of b`);
    const unhurt = own.filter((tenant) => answered.has(tenant) && !entry.hit.includes(tenant));
    if (unhurt.length > 0)
      problems.push(`${words(unhurt)} called and had an answer, and only ${words(entry.hit)} were hit`);
    if (entry.hit.length === 0) problems.push('nobody was hit');
  }
  if (fault.hits === 'some' && entry.hit.length === 0) problems.push('nobody was hit');
  if (fault.hits === 'none' && entry.hit.length > 0) problems.push(`hit ${words(entry.hit)}, and nobody was to be`);
  return problems;
}

/**
 * The tenants who asked during the fault and were answered well before it ended. Whoever asked only once may have had nothing worse
 * than a late answer: a stopped process or a cut link holds what reaches it.
 */
function answeredMeanwhile(folder: string, sinceAt: number, endedAt: number): ReadonlySet<string> {
  const answered = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.startsWith('router'))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      if (!line.includes('"request.answered"')) continue;
      const { at, ...event } = JSON.parse(line) as Event;
      const sentAt = at - Number(event['latencyMs']);
      if (event['error'] === false && sentAt >= sinceAt + settledMs && at < endedAt)
        answered.add(String(event['tenant']));
    }
  }
  return answered;
}

async function tenantsOfB(box: PetriBox, world: string): Promise<string[]> {
  const tenants = await box.json<{ id: string; cell: string }[]>('tenants', '--name', world);
  return tenants.flatMap(({ id, cell }) => (cell === 'b' ? [id] : [])).toSorted();
}

/** How far it came in a minute; null where it was not begun. */
async function readBack(look: () => Promise<Status>, fault: string): Promise<Status['readBack']> {
  // Until then that of another restart of the same part may be there, under the same name.
  await pause(readBackBeginsMs);
  const latest = async () => {
    const { readBack: proof } = await look();
    return proof?.fault === fault ? proof : null;
  };
  const done = async () => {
    const proof = await latest();
    return proof?.done ? proof : null;
  };
  return eventually('what was acknowledged is read back', done, 60_000, 200).catch(latest);
}
