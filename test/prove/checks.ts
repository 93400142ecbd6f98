import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../support/petri-box.ts';
import type { Attempt, ForeignClient } from './foreign-client.ts';

/** An error in the contract's sense: any 5xx, 429, or no answer. */
export function isError(attempt: Attempt): boolean {
  return attempt.status === null || attempt.status >= 500 || attempt.status === 429;
}

/** Every write that was acknowledged is read back: its version or a later one, and the same content where it is the same version. */
export async function lostWrites(client: ForeignClient): Promise<string[]> {
  const newest = new Map<string, Attempt>();
  const versionOf = (attempt: Attempt) => Number((JSON.parse(attempt.body) as { version: number }).version);
  for (const attempt of client.attempts) {
    if (attempt.op !== 'write' || attempt.status !== 200) continue;
    const key = `${attempt.tenant} ${attempt.path}`;
    const known = newest.get(key);
    if (!known || versionOf(known) < versionOf(attempt)) newest.set(key, attempt);
  }
  const lost: string[] = [];
  for (const [key, written] of newest) {
    const read = await readOnceServed(client, written);
    const version = read.status === 200 ? versionOf(read) : 0;
    const same = version === versionOf(written) && read.headers['etag'] === written.headers['etag'];
    if (!same && version <= versionOf(written)) {
      lost.push(`${key}: acknowledged version ${versionOf(written)}, read ${read.status} version ${version}`);
    }
  }
  return lost;
}

function readOnceServed(client: ForeignClient, { tenant, path }: Attempt): Promise<Attempt> {
  return onceServed(() => client.send(tenant, 'GET', path, null, 'read'));
}

export function fetchOnceServed(url: string, request: RequestInit): Promise<Response> {
  return onceServed(() => fetch(url, request));
}

/** A refusal says that nothing was done and nothing of what is stored: it is asked again, as `retry-after` says. */
async function onceServed<Answer extends { readonly status: number | null }>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  let last = await ask();
  const served = async () => last.status !== 503 || (last = await ask()).status !== 503;
  await eventually('served', served, 20_000, 250).catch(() => {});
  return last;
}

/** Every job that was accepted ends, done or dead. Waits for it. */
export async function unendedJobs(client: ForeignClient, withinMs: number): Promise<string[]> {
  const open = new Map<string, string>();
  for (const attempt of client.attempts) {
    if (attempt.op === 'job' && attempt.status === 202) {
      open.set((JSON.parse(attempt.body) as { id: string }).id, attempt.tenant);
    }
  }
  const look = async () => {
    for (const [id, tenant] of open) {
      const answer = await client.send(tenant, 'GET', `/jobs/${id}`, null, 'read');
      const state = answer.status === 200 ? (JSON.parse(answer.body) as { state: string }).state : null;
      if (state === 'done' || state === 'dead') open.delete(id);
    }
    return open.size === 0;
  };
  await eventually('all jobs end', look, withinMs, 250).catch(() => {});
  return [...open].map(([id, tenant]) => `job ${id} of ${tenant} has not ended`);
}

/** The jobs whose effect the workers' own events report more than once. */
export function doubleEffects(eventsFolder: string): string[] {
  const effects = new Map<string, number>();
  for (const file of readdirSync(eventsFolder).filter((name) => /\.(worker|xl)\./.test(name))) {
    for (const line of readFileSync(join(eventsFolder, file), 'utf8').split('\n')) {
      if (!line.includes('"job.done"')) continue;
      const event = JSON.parse(line) as { job: string; already: boolean };
      if (!event.already) effects.set(event.job, (effects.get(event.job) ?? 0) + 1);
    }
  }
  return [...effects].filter(([, count]) => count > 1).map(([job, count]) => `job ${job} took effect ${count} times`);
}
