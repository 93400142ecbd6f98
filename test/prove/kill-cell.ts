import type { Status } from '../../sim/state/status.ts';
import { eventually, type PetriBox } from '../support/petri-box.ts';
import { doubleEffects, isError, lostWrites, unendedJobs } from './checks.ts';
import { containersOf, docker } from './docker-hand.ts';
import { ForeignClient, type Attempt } from './foreign-client.ts';
import { percentile, type Round } from './rounds.ts';

const noticeMs = 250;
const refusedWithinMs = 250;
/** Each question is a process of its own, and takes its share of the cores from the world that it asks about. */
export const askEveryMs = 400;

/** A live world that rounds are played in. */
export interface Arena {
  readonly box: PetriBox;
  readonly url: string;
  readonly tenantsOf: Readonly<Record<string, readonly string[]>>;
}

export async function openArena(box: PetriBox, ...flags: string[]): Promise<Arena> {
  const status = await box.up('--traffic', 'off', ...flags);
  const tenants = await box.json<{ id: string; cell: string }[]>('tenants');
  const tenantsOf: Record<string, string[]> = {};
  for (const { id, cell } of tenants) (tenantsOf[cell] ??= []).push(id);
  return { box, url: status.router.url, tenantsOf };
}

/**
 * 200 requests/s from a client that is not Petri's; cell b dies, by `petri kill` or by SIGKILL of its processes; it comes back.
 * `slack` multiplies the bounds in time: a figure is measured at 1. A test on a shared machine asserts three times the bound, and
 * that refusals come no later than the answers of cells that are well.
 */
export async function killCell({ box, url, tenantsOf }: Arena, how: 'petri' | 'outside', slack = 1): Promise<Round> {
  const problems: string[] = [];
  const client = new ForeignClient({ url, tenants: Object.values(tenantsOf).flat(), rps: 200 });
  client.start();
  await pause(1500);
  const before = await box.status();
  const killMs = performance.now();
  if (how === 'petri') {
    const said = await box.run('kill', 'b');
    if (said.code !== 0) problems.push(`petri kill b ended with ${said.code}: ${said.err}`);
    await pause(2500);
    await box.run('restart', 'b');
  } else {
    await killFromOutside(before);
    await pause(500);
  }
  const back = async () => (await box.status()).cells.every((cell) => cell.health !== 'down');
  await eventually('cell b serves again', back, 15_000 * slack, askEveryMs).catch((error: Error) =>
    problems.push(error.message),
  );
  const backMs = performance.now();
  await pause(1500);
  await client.stop();

  const died = how === 'petri' ? firstRefusal(client, tenantsOf['b'] ?? [], killMs) : killMs;
  problems.push(
    ...unaffectedErrors(client, tenantsOf),
    ...lateRefusals(client, tenantsOf['b'] ?? [], { diedMs: died, how, slack }),
  );
  problems.push(...(await blastRadiusProblems(box, client, tenantsOf, killMs)));
  problems.push(...(await lostWrites(client)), ...(await unendedJobs(client, 40_000)));
  problems.push(...doubleEffects(box.eventsFolder));
  const inDoubt = client.attempts.filter((attempt) => attempt.status === null || [502, 504].includes(attempt.status));
  client.close();
  return {
    problems,
    facts: {
      requests: client.attempts.length,
      errors: client.attempts.filter(isError).length,
      'in doubt': inDoubt.length,
      'down for s': Number(((backMs - killMs) / 1000).toFixed(1)),
    },
  };
}

/** SIGKILL to every part of b, by pid or by container, behind Petri's back. */
async function killFromOutside(status: Status): Promise<void> {
  if (status.on === 'docker') await docker('kill', ...containersOf(status, 'b'));
  else for (const pid of pidsOf(status, 'b')) process.kill(pid, 'SIGKILL');
}

export function pidsOf(status: Status, cell: string): number[] {
  const parts = status.cells.find((each) => each.id === cell)?.components ?? [];
  return parts.flatMap((part) => (part.pid === null || part.pid === undefined ? [] : [part.pid]));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Tenants outside the cell see no error at all. */
function unaffectedErrors(client: ForeignClient, tenantsOf: Arena['tenantsOf']): string[] {
  const affected = new Set(tenantsOf['b']);
  const errors = client.attempts.filter((attempt) => isError(attempt) && !affected.has(attempt.tenant));
  return errors.slice(0, 5).map((attempt) => `${attempt.tenant}, not of b, got ${attempt.status} on ${attempt.path}`);
}

/** The command takes time to start: the cell died no later than its first error. */
function firstRefusal(client: ForeignClient, tenants: readonly string[], afterMs: number): number {
  const own = new Set(tenants);
  const times = client.attempts
    .filter((attempt) => own.has(attempt.tenant) && isError(attempt) && attempt.sentMs >= afterMs - 10_000)
    .map((attempt) => attempt.sentMs);
  return Math.min(...times, Infinity);
}

/** From 250 ms after the death, 95 of 100 of the cell's failing requests are refused: 503 with retry-after, each within 250 ms. */
function lateRefusals(
  client: ForeignClient,
  tenants: readonly string[],
  { diedMs, how, slack }: { readonly diedMs: number; readonly how: string; readonly slack: number },
): string[] {
  if (diedMs === Infinity) return how === 'petri' ? ['no tenant of b saw an error: the kill hit nobody'] : [];
  const own = new Set(tenants);
  const failing = client.attempts.filter(
    (attempt) => own.has(attempt.tenant) && isError(attempt) && attempt.sentMs > diedMs + noticeMs * slack,
  );
  if (failing.length === 0) return how === 'petri' ? ['no request was refused while b was down'] : [];
  const others = client.attempts.filter((attempt) => !own.has(attempt.tenant) && attempt.sentMs > diedMs);
  const boundMs =
    slack === 1 ? refusedWithinMs : Math.max(refusedWithinMs * slack, percentile(others.map(tookMs), 0.95));
  const good = failing.filter((attempt) => isPromptRefusal(attempt, boundMs)).length;
  const share = good / failing.length;
  const slowest = percentile(failing.map(tookMs), 0.95);
  return share >= 0.95
    ? []
    : [`only ${Math.round(share * 100)} % of ${failing.length} were refused at once (p95 ${Math.round(slowest)} ms)`];
}

function isPromptRefusal(attempt: Attempt, withinMs: number): boolean {
  return attempt.status === 503 && attempt.headers['retry-after'] !== undefined && tookMs(attempt) <= withinMs;
}

function tookMs(attempt: Attempt): number {
  return (attempt.answeredMs ?? Infinity) - attempt.sentMs;
}

/** Hit = predicted less the silent = the tenants of b that called; nothing leaked. */
async function blastRadiusProblems(
  box: PetriBox,
  client: ForeignClient,
  tenantsOf: Arena['tenantsOf'],
  killMs: number,
): Promise<string[]> {
  const closed = async () => {
    const { blastRadius } = await box.status();
    return blastRadius !== null && blastRadius.untilMs !== null ? blastRadius : null;
  };
  const entry = await eventually('the blast radius is closed', closed, 20_000, askEveryMs).catch(() => null);
  if (!entry) return ['the blast-radius entry did not close'];
  const problems: string[] = [];
  const own = [...(tenantsOf['b'] ?? [])].sort();
  const failed = client.attempts.filter((attempt) => isError(attempt) && attempt.sentMs > killMs - 1000);
  const saw = [...new Set(failed.map((attempt) => attempt.tenant))].sort();
  if (entry.leaks.length > 0) problems.push(`leaked: ${entry.leaks.join(', ')}`);
  if (entry.predicted.join() !== own.join())
    problems.push(`predicted ${entry.predicted.join(' ')}, not the tenants of b`);
  const called = entry.predicted.filter((tenant) => !entry.silent.includes(tenant));
  if (entry.hit.join() !== called.join()) {
    problems.push(`hit (${entry.hit.length}) is not predicted less the silent (${called.length})`);
  }
  const unseen = saw.filter((tenant) => !entry.hit.includes(tenant));
  if (unseen.length > 0) problems.push(`the client saw errors of ${unseen.join(', ')} that the ledger does not name`);
  return problems;
}
