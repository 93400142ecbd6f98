import { safeText } from '../state/safe-text.ts';
import type { LogLine, Snapshot } from '../state/status.ts';
import type { CommandContext } from './context.ts';
import type { LiveWorld } from './live-world.ts';
import { clock } from './print.ts';

/** Prints what happens in a world as plain sentences, until its supervisor goes away. */
export async function followWorld(context: CommandContext, world: LiveWorld): Promise<void> {
  const seen = new Set<string>();
  let headline = '';
  world.onNotify((method, args) => {
    if (method !== 'snapshot') return;
    const { status, log } = args as Snapshot;
    for (const line of log) {
      if (seen.has(keyOf(line))) continue;
      seen.add(keyOf(line));
      context.out(
        `${clock(line.at)} ${safeText(line.text)}${line.command && !line.text.includes(line.command) ? `  (${safeText(line.command)})` : ''}`,
      );
    }
    if (seen.size > 10_000) forgetOldest(seen, log);
    if (status.headline !== headline) context.out(`${clock(status.now)} ${safeText(status.headline)}`);
    headline = status.headline;
  });
  await world.call('snapshot.subscribe', { hz: 1 });
  await world.closed;
}

function keyOf(line: LogLine): string {
  return `${line.at} ${line.text}`;
}

/** The supervisor tells the same newest lines again and again: only those must be remembered. */
function forgetOldest(seen: Set<string>, current: readonly LogLine[]): void {
  seen.clear();
  for (const line of current) seen.add(keyOf(line));
}
