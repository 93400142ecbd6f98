import { BlastRadius } from './blast-radius.ts';
import { Books } from './books.ts';
import { Conservation } from './conservation.ts';
import type { InvariantVerdict, Judge, JudgedWorld } from './contract.ts';
import { Errors } from './errors.ts';
import { Facts } from './facts.ts';
import { FaultsAccounted } from './faults-accounted.ts';
import { Gaps } from './gaps.ts';
import { Conclusiveness } from './inconclusive.ts';
import { Isolation } from './isolation.ts';
import { JobOnce } from './job-once.ts';
import { NoLostJob } from './no-lost-job.ts';
import { NoLostWrite } from './no-lost-write.ts';
import { NoPhantom } from './no-phantom.ts';
import { NoZombieWrite } from './no-zombie-write.ts';
import { OncePerKey } from './once-per-key.ts';
import { OneHome } from './one-home.ts';
import { Recovery } from './recovery.ts';
import { RowOrder } from './row-order.ts';
import { judgeSameBytes } from './same-bytes.ts';
import { Standing } from './standing.ts';
import type { Checker } from './witness.ts';

/** Judges one run by its record, the same way on every substrate: one pass, every invariant, memory by rows, tenants and jobs. */
export function createJudge(world: JudgedWorld): Judge {
  const standing = new Standing();
  const errors = new Errors();
  const gaps = new Gaps();
  const conclusiveness = new Conclusiveness(world);
  const facts = new Facts(world);
  const books = new Books();
  const isolation = new Isolation(books.rows);
  const blastRadius = new BlastRadius(world, standing, errors);
  const recovery = new Recovery(world, standing, errors);
  const faults = new FaultsAccounted();
  const invariants: readonly Checker[] = [
    new NoLostWrite(books.rows),
    new NoPhantom(books.rows, (hash) => isolation.ownerOf(hash)),
    new RowOrder(books.rows),
    new OncePerKey(),
    new NoLostJob(books.jobs),
    new JobOnce(books.jobs),
    isolation,
    blastRadius,
    new OneHome(world.map),
    new NoZombieWrite(),
    new Conservation(() => books.underWay(), books.jobs),
    recovery,
    faults,
  ];
  books.tell([standing, conclusiveness, facts, ...invariants]);

  return {
    take(event) {
      gaps.take(event);
      books.take(event);
    },
    begin(startT) {
      for (const timed of [facts, errors, conclusiveness]) timed.begin(startT);
    },
    end(times, other = {}) {
      books.end();
      const gap = gaps.reason;
      const verdicts = invariants.map((checker) =>
        weigh(checker.end(times, other), checker.survivesGaps, gap, conclusiveness.slept),
      );
      verdicts.push(judgeSameBytes(other.logHashes ?? null));
      return {
        invariants: verdicts.map((verdict) => skip(verdict, world)),
        inconclusive: conclusiveness.reasons(facts.okCells, faults.untaken(), gap),
        facts: facts.read(books.jobs, blastRadius, recovery),
      };
    },
  };
}

/** Times say nothing of a machine that slept. */
const timed: ReadonlySet<string> = new Set(['blast-radius', 'recovery']);

/** What a checker says, where events are missing or the machine slept: then nothing held, and not every violation is one. */
function weigh(verdict: InvariantVerdict, survivesGaps: boolean, gap: string | null, slept: boolean): InvariantVerdict {
  const why = gap ?? (slept && timed.has(verdict.id) ? 'the machine slept meanwhile' : null);
  if (why === null) return verdict;
  const stands = verdict.state === 'violated' && survivesGaps && !(slept && timed.has(verdict.id));
  return stands ? verdict : { ...verdict, state: 'unknown', reason: why };
}

function skip(verdict: InvariantVerdict, world: JudgedWorld): InvariantVerdict {
  const skipped = world.skipped.find(({ invariant }) => invariant === verdict.id);
  return skipped ? { ...verdict, state: 'skipped', reason: skipped.reason, count: 0, violations: [] } : verdict;
}
