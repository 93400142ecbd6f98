import type { BlastRadius, Snapshot } from '../sim/state/status.ts';
import { someOf, tenantsWord } from './present/figures.ts';
import type { Leaving } from './controller.ts';

/** What stays on the terminal after the screen is gone: what was hit, whether the world is up, how to end it. */
export function summary(
  name: string,
  last: Snapshot | null,
  ledger: ReadonlyMap<string, BlastRadius>,
  how: Leaving,
): string {
  const flag = name === 'default' ? '' : ` --name ${name}`;
  const lines = [...ledger.values()].map(sentenceOf);
  if (lines.length === 0 && last) lines.push(`${last.status.headline}`);
  switch (how.world) {
    case 'ended':
      lines.push(`World ${name} is ended; nothing of it runs.`);
      break;
    case 'let go':
      lines.push(`World ${name} is let go of; its containers go on (docker-compose down ends them).`);
      break;
    case 'left up':
      lines.push(
        `World ${name} is up${last ? ` at ${last.status.router.url}` : ''}.`,
        `Back: petri${flag}   End it: petri down${flag}`,
      );
      break;
    case 'unsure':
      lines.push(`World ${name} may still be up.`, `Look: petri status${flag}   End it: petri down${flag}`);
      break;
  }
  return lines.map((line) => `${line}\n`).join('');
}

function sentenceOf(entry: BlastRadius): string {
  const open = entry.untilMs === null ? ' (still open)' : '';
  const leaks = entry.leaks.length ? `; LEAKED ${entry.leaks.length}: ${someOf(entry.leaks, 10)}` : '; none leaked';
  const targets = entry.targets.join(', ');
  return `${entry.fault} ${targets}${open}: ${tenantsWord(entry.hit.length)} hit of ${entry.predicted.length} expected${leaks}.`;
}
