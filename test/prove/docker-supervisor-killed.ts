import { join } from 'node:path';
import { readLedger } from '../../sim/supervisor/ledger.ts';
import type { PetriBox } from '../support/petri-box.ts';
import { fetchOnceServed } from './checks.ts';
import { docker, leftOf, networksLeftOf } from './docker-hand.ts';
import { pause } from './kill-cell.ts';
import type { Round } from './rounds.ts';
import { reapersOf } from './supervisor-killed.ts';

const goneWithinMs = 15_000;

/** Containers, networks and volumes with names like Petri's that are not Petri's. */
export class DockerDecoys {
  readonly #names: readonly string[];

  private constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** As many of each kind; the containers sleep, in the image that every world is made from. */
  static async make(count: number): Promise<DockerDecoys> {
    const names = Array.from({ length: count }, (_, index) => `petri-default-decoy-${process.pid}-${index}`);
    const decoys = new DockerDecoys(names);
    try {
      for (const name of names) await decoys.#add(name);
    } catch (error) {
      await decoys.close().catch(() => {});
      throw error;
    }
    return decoys;
  }

  async #add(name: string): Promise<void> {
    await docker('network', 'create', '--internal', name);
    await docker('volume', 'create', name);
    const command = ['node:24-slim', 'node', '-e', 'setInterval(() => {}, 1e6)'];
    await docker('run', '--detach', '--name', name, '--network', 'none', '--memory', '64m', ...command);
  }

  async touched(): Promise<string[]> {
    const running = new Set((await docker('ps', '--format', '{{.Names}}')).split('\n'));
    const networks = new Set((await docker('network', 'ls', '--format', '{{.Name}}')).split('\n'));
    const volumes = new Set((await docker('volume', 'ls', '--format', '{{.Name}}')).split('\n'));
    const whole = (name: string) => running.has(name) && networks.has(name) && volumes.has(name);
    return this.#names.filter((name) => !whole(name)).map((name) => `decoy ${name} was touched`);
  }

  async close(): Promise<void> {
    await docker('rm', '--force', ...this.#names);
    await docker('network', 'rm', ...this.#names);
    await docker('volume', 'rm', ...this.#names);
  }
}

/** Grows a world (or kills the supervisor while it does), hurts it, SIGKILLs the supervisor, half of the time the reaper too. */
export async function killDockerSupervisor(box: PetriBox, round: number, instant: number): Promise<Round> {
  const problems: string[] = [];
  const status = await box.up('--on', 'docker');
  const value = `round ${round}`;
  const put = await fetchOnceServed(`${status.router.url}/sheets/kept/rows/r1`, {
    method: 'PUT',
    headers: { 'x-tenant-id': 't21', 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
  if (put.status !== 200) problems.push(`the write before the kill was answered ${put.status}`);
  const project = readLedger(join(box.home, 'petri', 'default', 'ledger.ndjson')).world?.docker?.project ?? '';
  const acts = [
    ['pause', 'a/web/1'],
    ['kill', 'b'],
    ['kill', 'c/aurora/writer'],
    ['fault', 'disconnect', 'b/web/1'],
    ['reset'],
  ];
  const act = box.run(...(acts[round % acts.length] ?? []));
  await pause(instant * 4000);
  const withReaper = round % 2 === 1;
  if (withReaper) for (const pid of reapersOf(status.supervisor.pid)) process.kill(pid, 'SIGKILL');
  process.kill(status.supervisor.pid, 'SIGKILL');
  const killedMs = performance.now();
  const left = async () => (await leftOf('container', project)).length + (await leftOf('network', project)).length;
  while ((await left()) > 0 && performance.now() - killedMs < goneWithinMs) await pause(200);
  const goneAfterMs = Math.round(performance.now() - killedMs);
  const lasting = async () => (await leftOf('container', project)).length + (await networksLeftOf(project)).length;
  const stays = withReaper ? 0 : await lasting();
  // With the reaper killed as well, what is left goes with the next command that opens a world.
  if (stays > 0) problems.push(`${stays} containers and networks are left ${goneWithinMs} ms later`);
  await act;
  await box.run('doctor', '--fix');
  const outlived = await lasting();
  if (outlived > 0) problems.push(`${outlived} containers and networks outlived petri doctor --fix`);
  const again = await box.up('--on', 'docker');
  const answer = await fetchOnceServed(`${again.router.url}/sheets/kept/rows/r1`, {
    headers: { 'x-tenant-id': 't21' },
  });
  const read = answer.status === 200 ? ((await answer.json()) as { value: unknown }).value : `status ${answer.status}`;
  // A reset that was cut off may have emptied the volumes, and nothing else may have.
  if (read !== value && acts[round % acts.length]?.[0] !== 'reset') {
    problems.push(`wrote ${value}, the next world reads ${JSON.stringify(read)}`);
  }
  return { problems, facts: { 'gone after ms': goneAfterMs, reaper: withReaper ? 'killed too' : 'alive' } };
}
