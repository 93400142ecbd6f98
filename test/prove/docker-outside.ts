import { eventually } from '../support/petri-box.ts';
import { doubleEffects, isError, lostWrites, unendedJobs } from './checks.ts';
import { containersOf, docker, networksOf } from './docker-hand.ts';
import { ForeignClient } from './foreign-client.ts';
import { askEveryMs, pause, type Arena } from './kill-cell.ts';
import type { Round } from './rounds.ts';

export type Deed = 'kill' | 'pause' | 'disconnect';

/** One thing that a person does to one container of cell b with Docker's own tools, and who the dependency table says is hit. */
export interface OutsideFault {
  readonly deed: Deed;
  readonly part: string;
  readonly predicted: 'cell' | 'none';
}

const parts = {
  alb: 'cell',
  'web/1': 'none',
  'worker/1': 'none',
  'aurora/1': 'cell',
  'aurora/2': 'none',
  dynamodb: 'none',
  sqs: 'none',
} as const;

export const outsideFaults: readonly OutsideFault[] = (['kill', 'pause', 'disconnect'] as const).flatMap((deed) =>
  Object.entries(parts).map(([part, predicted]) => ({ deed, part, predicted })),
);

const lastsMs = 4000;

/** Does it behind Petri's back, undoes it where it does not end by itself, and checks that it was seen, named and judged. */
export async function playOutside({ box, url, tenantsOf }: Arena, fault: OutsideFault): Promise<Round> {
  const problems: string[] = [];
  const client = new ForeignClient({ url, tenants: Object.values(tenantsOf).flat(), rps: 100 });
  client.start();
  await pause(700);
  const status = await box.status();
  const address = await addressOf(fault.part, status.cells.find(({ id }) => id === 'b')?.components ?? []);
  const [container = ''] = containersOf(status, address);
  const before = Date.now();
  await done(fault.deed, container);
  const named = async () => {
    const { faults, blastRadius } = await box.status();
    const seen = faults.find(
      ({ by, target, sinceMs }) => by === 'outside' && target.includes(address) && sinceMs >= before - 500,
    );
    return seen !== undefined && blastRadius !== null ? seen : null;
  };
  const seen = await eventually('it is named', named, 10_000, askEveryMs).catch((error: Error) => {
    problems.push(error.message);
    return null;
  });
  const seenAfterMs = seen === null ? -1 : seen.sinceMs - before;
  const over = async () => {
    const { faults, blastRadius, cells } = await box.status();
    const open = faults.some(({ state }) => state !== 'gone');
    const closed = blastRadius !== null && blastRadius.sinceMs >= before - 2000 && blastRadius.untilMs !== null;
    return !open && closed && cells.every(({ health }) => health !== 'down') ? blastRadius : null;
  };
  const entry = await eventually('it is over', over, 40_000, askEveryMs).catch((error: Error) => {
    problems.push(error.message);
    return null;
  });
  await pause(700);
  await client.stop();
  const own = [...(tenantsOf['b'] ?? [])].sort();
  const strangers = client.attempts.filter((attempt) => isError(attempt) && !own.includes(attempt.tenant));
  for (const { tenant, status: code, path } of strangers.slice(0, 3))
    problems.push(`${tenant}, not of b, got ${code} on ${path}`);
  const expected = fault.predicted === 'cell' ? own : [];
  if (entry && entry.predicted.join() !== expected.join()) {
    problems.push(`predicted ${entry.predicted.length} tenants, the table says ${expected.length}`);
  }
  for (const leak of entry?.leakRequests ?? [])
    problems.push(`leak: ${leak.tenant} got ${leak.status} on ${leak.request}`);
  problems.push(...(await lostWrites(client)), ...(await unendedJobs(client, 60_000)));
  problems.push(...doubleEffects(box.eventsFolder));
  client.close();
  const errors = client.attempts.filter(isError).length;
  const what = `docker ${fault.deed} ${address}`;
  return {
    problems,
    facts: {
      what,
      'seen after ms': seenAfterMs,
      requests: client.attempts.length,
      errors,
      hit: entry?.hit.length ?? -1,
    },
  };
}

/** Aurora's instances change roles: `aurora/1` stands for the writer, `aurora/2` for the reader. */
async function addressOf(
  part: string,
  components: readonly { readonly address: string; readonly role?: 'writer' | 'reader' }[],
): Promise<string> {
  if (!part.startsWith('aurora')) return `b/${part}`;
  const role = part === 'aurora/1' ? 'writer' : 'reader';
  return components.find((each) => each.role === role)?.address ?? `b/${part}`;
}

async function done(deed: Deed, container: string): Promise<void> {
  if (deed === 'kill') return void (await docker('kill', container));
  if (deed === 'pause') {
    await docker('pause', container);
    await pause(lastsMs);
    return void (await docker('unpause', container));
  }
  const networks = await networksOf(container);
  for (const { network } of networks) await docker('network', 'disconnect', network, container);
  await pause(lastsMs);
  for (const { network, aliases } of networks) {
    const named = aliases.flatMap((alias) => ['--alias', alias]);
    await docker('network', 'connect', ...named, network, container);
  }
}
