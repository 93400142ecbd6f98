import type { MoveCursor, MoveDigest, MoveReads } from '../../../../cells/aurora/move-contract.ts';
import { auroraOf, type Step } from '../ports.ts';
import { told } from '../told.ts';

type Digest = MoveReads['move.digest']['result'];

/** Both homes are read once more and compared, page by page: only an equal copy may be flipped to. */
export const verify: Step = async (move, ports) => {
  const { tenant, from, to, epoch } = move;
  const [source, target] = [auroraOf(ports, from), auroraOf(ports, to)];
  let after: MoveCursor | null = null;
  do {
    const [there, here]: readonly [Digest, Digest] = await Promise.all([
      source.read('move.digest', { tenant, epoch, after }),
      target.read('move.digest', { tenant, epoch, after }),
    ]);
    if (there.kind !== 'ok') return { kind: 'impossible', reason: told(from, tenant, there) };
    if (here.kind !== 'ok') return { kind: 'impossible', reason: told(to, tenant, here) };
    if (!isCopyOf(here.digest, there.digest)) {
      return { kind: 'impossible', reason: `the copy in cell ${to} is not what cell ${from} holds` };
    }
    after = there.digest.next;
  } while (after !== null);
  return { kind: 'done' };
};

/** Whether one page is the copy of another: as many entries of each kind, all of them equal, and the same end. */
export function isCopyOf(copy: MoveDigest, original: MoveDigest): boolean {
  const counts = ['rows', 'requests', 'jobs'] as const;
  const samePlace = JSON.stringify(copy.next) === JSON.stringify(original.next);
  return samePlace && copy.hash === original.hash && counts.every((name) => copy[name] === original[name]);
}
