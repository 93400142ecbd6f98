import type { Skipped } from '../world/protocol.ts';
import type { Status } from './status.ts';

/** What adds a real Redis, by platform. */
function redisCommand(platform: string): string {
  return platform === 'darwin' ? 'brew install redis' : 'sudo apt-get install redis-server';
}

/** `not judged: read-back of acknowledged writes (protocol has no read)`. */
export function notJudged({ what, because }: Skipped): string {
  return `not judged: ${what} (${because})`;
}

/** What a world was grown from and what it takes, a sentence each. What was missing is said with the command that adds it. */
export function foundSentences(status: Status, platform: string): readonly string[] {
  if (status.on === 'virtual')
    return ['in virtual time, in one process: no port, no container; the same seed shows the same picture everywhere'];
  const parts = [...status.components, ...status.cells.flatMap((cell) => cell.components)];
  const running = parts.filter(({ pid, containerId }) => (pid ?? containerId) !== null);
  const known = running.flatMap(({ memoryBytes }) => memoryBytes ?? []);
  const bytes = known.reduce((sum, each) => sum + each, 0);
  const memory = known.length === 0 ? '' : `, ${Math.round(bytes / 1024 / 1024)} MiB in all`;
  const size = `${running.length} ${status.on === 'docker' ? 'containers' : 'processes'}${memory}; the router listens at ${status.router.url}`;
  const skipped = (status.skipped ?? []).map(notJudged);
  if (status.engine === 'none') return [size, ...skipped];
  const engine =
    status.engine === 'embedded' && status.on === 'docker'
      ? 'no Redis image at hand: the queues run on an embedded engine; docker pull redis:7-alpine adds the real one'
      : status.engine === 'embedded'
        ? `no Redis on PATH: the queues run on an embedded engine; ${redisCommand(platform)} adds the real one`
        : `the queues run on ${status.engine}, one for each cell`;
  return [size, engine, ...skipped];
}
