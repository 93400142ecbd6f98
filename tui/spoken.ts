import { pasteable } from '../sim/commands/petri-word.ts';
import type { Snapshot } from '../sim/state/status.ts';

/** A snapshot whose commands can be pasted into a terminal beside this window: `petri` said as it must be typed there. */
export function spoken(snapshot: Snapshot, word: string): Snapshot {
  if (word === 'petri') return snapshot;
  const { status, log, clock } = snapshot;
  return {
    ...snapshot,
    status: {
      ...status,
      headline: pasteable(status.headline, word),
      subline: pasteable(status.subline, word),
      faults: status.faults.map((fault) => ({ ...fault, endsBy: pasteable(fault.endsBy, word) })),
    },
    ...(clock?.next
      ? { clock: { ...clock, next: { ...clock.next, command: pasteable(clock.next.command, word) } } }
      : {}),
    log: log.map((line) => ({
      ...line,
      text: pasteable(line.text, word),
      command: line.command && pasteable(line.command, word),
    })),
  };
}
