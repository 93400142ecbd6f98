import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readLedger } from '../../sim/supervisor/ledger.ts';
import { markedParts } from '../../sim/supervisor/orphans.ts';
import { isSame, startTimeOf } from '../../sim/substrate/process/identity.ts';
import type { PetriBox } from '../support/petri-box.ts';
import { fetchOnceServed } from './checks.ts';
import { pause } from './kill-cell.ts';
import type { Round } from './rounds.ts';

const goneWithinMs = 5000;

/** Processes that look like Petri's and are not. */
export class Decoys {
  readonly #children: readonly { child: ChildProcess; startTime: string | null }[];

  constructor(count: number) {
    const program = 'process.title = process.argv[1]; setInterval(() => {}, 1e6)';
    this.#children = Array.from({ length: count }, (_, index) => {
      const child = spawn(process.execPath, ['-e', program, `petri default a/web/${index}`], { stdio: 'ignore' });
      return { child, startTime: startTimeOf(child.pid ?? 0) };
    });
  }

  /** Takes another process under its eyes: a Redis that is none of ours. */
  add(child: ChildProcess): void {
    (this.#children as { child: ChildProcess; startTime: string | null }[]).push({
      child,
      startTime: startTimeOf(child.pid ?? 0),
    });
  }

  touched(): string[] {
    const gone = this.#children.filter(
      ({ child, startTime }) => startTime === null || !isSame(child.pid ?? 0, startTime),
    );
    return gone.map(({ child }) => `decoy ${child.pid} is gone`);
  }

  close(): void {
    for (const { child } of this.#children) child.kill('SIGKILL');
  }
}

/** Grows a world, does things to it, SIGKILLs its supervisor at a random instant (every other time the reaper too), and grows it again. */
export async function killSupervisor(box: PetriBox, round: number, instant: number): Promise<Round> {
  const problems: string[] = [];
  const status = await box.up();
  const value = `round ${round}`;
  const put = await fetchOnceServed(`${status.router.url}/sheets/kept/rows/r1`, {
    method: 'PUT',
    headers: { 'x-tenant-id': 't21', 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
  if (put.status !== 200) problems.push(`the write before the kill was answered ${put.status}`);
  const folder = join(box.home, 'petri', 'default');
  const { world } = readLedger(join(folder, 'ledger.ndjson'));
  const token = world?.token ?? '';
  // Something is always under way at the instant: a freeze, a kill and its replacement, a heal.
  const acts = [
    ['pause', 'a/web/1'],
    ['kill', 'b'],
    ['kill', 'c/aurora/writer'],
    ['pause', 'b'],
  ];
  const act = box.run(...(acts[round % acts.length] ?? []));
  await pause(instant * 1200);
  if (round % 2 === 1) for (const pid of reapersOf(status.supervisor.pid)) process.kill(pid, 'SIGKILL');
  process.kill(status.supervisor.pid, 'SIGKILL');
  const killedMs = performance.now();
  const survivors = () => markedParts(token).length;
  while (survivors() > 0 && performance.now() - killedMs < goneWithinMs) await pause(50);
  const goneAfterMs = Math.round(performance.now() - killedMs);
  const left = survivors();
  // With the reaper killed as well, what cannot end itself goes with the next command that opens a world.
  if (left > 0 && round % 2 === 0) problems.push(`${left} processes live ${goneWithinMs} ms later`);
  await act;
  const again = await box.up();
  if (markedParts(token).length > 0) problems.push(`${markedParts(token).length} processes outlived the next up`);
  const answer = await fetchOnceServed(`${again.router.url}/sheets/kept/rows/r1`, {
    headers: { 'x-tenant-id': 't21' },
  });
  const body = (await answer.json()) as { readonly value?: unknown; readonly type?: string };
  const read = answer.status === 200 ? body.value : `${answer.status} ${body.type}`;
  if (read !== value) problems.push(`wrote ${value}, the next world reads ${JSON.stringify(read)}`);
  return { problems, facts: { 'gone after ms': goneAfterMs, reaper: round % 2 === 1 ? 'killed too' : 'alive' } };
}

/** The supervisor's own children that are reapers. */
export function reapersOf(supervisor: number): number[] {
  const children = readProc(`${supervisor}/task/${supervisor}/children`).trim().split(' ').map(Number);
  return children.filter((pid) => pid > 0 && readProc(`${pid}/cmdline`).includes('reaper'));
}

/** Empty for a process that has ended meanwhile. */
function readProc(path: string): string {
  try {
    return readFileSync(`/proc/${path}`, 'latin1');
  } catch {
    return '';
  }
}
