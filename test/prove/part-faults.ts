import { eventually } from '../support/petri-box.ts';
import { doubleEffects, isError, lostWrites, unendedJobs } from './checks.ts';
import { ForeignClient } from './foreign-client.ts';
import { askEveryMs, pause, type Arena } from './kill-cell.ts';
import type { Round } from './rounds.ts';

/** One thing done to one part of cell b, and who the dependency table says is hit. */
export interface PartFault {
  readonly command: readonly string[];
  readonly predicted: 'cell' | 'none';
  /** It is there to lose what was acknowledged: what is lost is no problem, and what it hits is. */
  readonly loses?: boolean;
}

const parts = {
  alb: 'cell',
  'web/1': 'none',
  'worker/1': 'none',
  'aurora/writer': 'cell',
  'aurora/reader': 'none',
  dynamodb: 'none',
  sqs: 'none',
} as const;

const links = {
  'router->b': 'cell',
  'b/web/1->b/aurora': 'cell',
  'b/web->b/sqs': 'none',
  'b/web->b/dynamodb': 'none',
  'b/worker->b/aurora': 'none',
  'b/worker->b/sqs': 'none',
} as const;

/** Every part of a cell killed and frozen. */
export const faultsOfParts: readonly PartFault[] = Object.entries(parts).flatMap(([part, predicted]) => [
  { command: ['kill', `b/${part}`], predicted },
  { command: ['pause', `b/${part}`, '--for', '4s'], predicted },
]);

/** Every link of a cell cut, and the faults that are not of one part. */
export const otherFaults: readonly PartFault[] = [
  ...Object.entries(links).map(([link, predicted]) => ({ command: ['partition', link, '--for', '4s'], predicted })),
  { command: ['partition', 'b', '--for', '4s'], predicted: 'cell' },
  { command: ['partition', 'router->b', '--for', '4s', 'direction=to'], predicted: 'cell' },
  { command: ['partition', 'router->b', '--for', '4s', 'direction=from'], predicted: 'cell' },
  { command: ['pause', 'b', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'stop', 'b/web/2'], predicted: 'none' },
  { command: ['fault', 'crash-loop', 'b/worker/1', '--for', '6s'], predicted: 'none' },
  { command: ['fault', 'latency', 'router->b', 'latency=100ms', 'jitter=50ms', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'reset', 'router->b', '--for', '3s'], predicted: 'cell' },
  { command: ['fault', 'aurora-failover', 'b'], predicted: 'cell' },
  { command: ['fault', 'queue-engine-killed', 'b/sqs'], predicted: 'none' },
  { command: ['fault', 'map-down', 'map', '--for', '3s'], predicted: 'none' },
  { command: ['fault', 'control-down', 'control', '--for', '3s'], predicted: 'none' },
  { command: ['fault', 'map-stale', 'router/1', '--for', '3s'], predicted: 'none' },
  { command: ['fault', 'map-corrupt', 'router/1', '--for', '3s'], predicted: 'none' },
];

/** What links do to bytes, and what is done to a part from within: its volume, its clock, its answers. */
export const faultsFromInside: readonly PartFault[] = [
  { command: ['fault', 'packet-loss', 'router->b', 'share=5%', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'bandwidth', 'router->b', 'bytesPerSecond=3000', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'bandwidth', 'b/web/1->b/aurora', 'bytesPerSecond=3000', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'stall', 'router->b', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'stall', 'b/web/1->b/aurora', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'slow-close', 'router->b', 'delay=1s', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'error-answers', 'b', 'share=30%', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'error-answers', 'b/alb', 'share=30%', 'status=503', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'disk-full', 'b/aurora', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'disk-full', 'b/dynamodb', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'disk-full', 'b/worker/1', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'slow-disk', 'b/aurora', 'delay=300ms', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'slow-disk', 'b/dynamodb', 'delay=300ms', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'read-only', 'b/aurora', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'read-only', 'map', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'clock-skewed', 'b', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'clock-skewed', 'b/web/1', 'direction=behind', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'queue-engine-stalled', 'b/sqs', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'storage-wiped', 'b/sqs'], predicted: 'none' },
  { command: ['fault', 'storage-wiped', 'b/dynamodb'], predicted: 'none' },
  { command: ['fault', 'storage-wiped', 'map'], predicted: 'none' },
  { command: ['fault', 'storage-wiped', 'b/aurora'], predicted: 'cell', loses: true },
];

/** What only containers have: networks, sizes, images. */
export const faultsOfContainers: readonly PartFault[] = [
  { command: ['fault', 'disconnect', 'b/web/1', '--for', '4s'], predicted: 'none' },
  { command: ['fault', 'disconnect', 'b', '--for', '4s'], predicted: 'cell' },
  { command: ['fault', 'cpu-starved', 'b/worker/1', '--for', '3s'], predicted: 'none' },
  { command: ['fault', 'memory-starved', 'b/web/1', 'mebibytes=200', '--for', '3s'], predicted: 'none' },
  { command: ['fault', 'out-of-memory', 'b/worker/1'], predicted: 'none' },
  { command: ['fault', 'bad-release', 'b/worker', '--for', '5s'], predicted: 'none' },
  { command: ['fault', 'bad-release', 'b/web', '--for', '5s'], predicted: 'cell' },
];

export const partFaults: readonly PartFault[] = [...faultsOfParts, ...otherFaults, ...faultsFromInside];

/** Does it under load, waits until it is over, and checks who was hit and that nothing acknowledged is lost. */
export async function playPartFault(arena: Arena, fault: PartFault): Promise<Round> {
  const { box, url, tenantsOf } = arena;
  const problems: string[] = [];
  const client = new ForeignClient({ url, tenants: Object.values(tenantsOf).flat(), rps: 100 });
  client.start();
  await pause(700);
  const before = Date.now();
  const said = await box.run(...fault.command);
  if (said.code !== 0) problems.push(`petri ${fault.command.join(' ')} ended with ${said.code}: ${said.err.trim()}`);
  const over = async () => {
    const { faults, blastRadius, cells } = await box.status();
    const open = faults.some(({ state }) => state !== 'gone');
    const closed = blastRadius !== null && blastRadius.sinceMs >= before - 2000 && blastRadius.untilMs !== null;
    return !open && closed && cells.every(({ health }) => health !== 'down') ? blastRadius : null;
  };
  const entry = await eventually('the fault is over', over, 30_000, askEveryMs).catch((error: Error) => {
    problems.push(error.message);
    return null;
  });
  await pause(700);
  await client.stop();
  const own = [...(tenantsOf['b'] ?? [])].sort();
  const strangers = client.attempts.filter((attempt) => isError(attempt) && !own.includes(attempt.tenant));
  for (const attempt of strangers.slice(0, 3)) {
    problems.push(`${attempt.tenant}, not of b, got ${attempt.status} on ${attempt.path}`);
  }
  if (entry) {
    const expected = fault.predicted === 'cell' ? own : [];
    if (entry.predicted.join() !== expected.join()) {
      problems.push(`predicted ${entry.predicted.length} tenants, the table says ${expected.length}`);
    }
    for (const leak of entry.leakRequests) problems.push(`leak: ${leak.tenant} got ${leak.status} on ${leak.request}`);
  }
  if (!fault.loses) problems.push(...(await lostWrites(client)), ...(await unendedJobs(client, 60_000)));
  problems.push(...doubleEffects(box.eventsFolder));
  client.close();
  const errors = client.attempts.filter(isError).length;
  return {
    problems,
    facts: { what: fault.command.join(' '), requests: client.attempts.length, errors, hit: entry?.hit.length ?? -1 },
  };
}
