import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inBox, type PetriBox } from '../support/petri-box.ts';
import { percentile, turnsOf, type Proof } from './rounds.ts';

const schedulesARound = 1000;
/** So many of a round may prove nothing: now and then a fault is never seen to take. */
const provingNothingMax = 30;
const seedsPerBug = 5000;
/** The longest that one search may take, in milliseconds, on a machine that does other things too. */
const searchWithinMs = 1_200_000;

/** What `petri search --json` ends with. */
interface Searched {
  readonly found: boolean;
  readonly schedules: number;
  readonly seed: number | null;
  readonly faults: number | null;
  readonly tenants: number | null;
  readonly invariant?: string;
  readonly shrunk?: { readonly seconds: number };
  readonly inconclusive: number;
  readonly virtualHours: number;
  readonly seconds: number;
}

/** No false alarm: correct code keeps its promises under every schedule. */
export const searchQuiet: Proof = {
  name: 'search-quiet',
  claim: `rounds of ${schedulesARound} drawn schedules in virtual time: correct code breaks no promise`,
  full: 100,
  async run(rounds, tell) {
    await inBox(async (box) => {
      for (const round of rounds) {
        const first = 1 + round * schedulesARound;
        const said = await searchIn(box, '--seed', String(first), '--seeds', String(schedulesARound));
        const problems = said.found ? [`seed ${said.seed} violates ${said.invariant}`] : [];
        if (said.inconclusive > provingNothingMax) problems.push(`${said.inconclusive} schedules proved nothing`);
        const { virtualHours, schedules, seconds, inconclusive } = said;
        const rate = Math.round(schedules / seconds);
        tell({ problems, facts: { from: first, 'virtual h': virtualHours, '/s': rate, inconclusive } });
      }
    }, searchWithinMs);
  },
};

/** Every planted bug is found, and what is left of its schedule can be held in mind. */
export function searchFinds(bugs: readonly string[]): Proof {
  return {
    name: 'search-finds',
    claim: 'petri search --bug finds each planted bug, and shrinks it to 3 faults and 2 tenants at most',
    full: bugs.length,
    async run(rounds, tell) {
      const took: number[] = [];
      await inBox(async (box) => {
        for (const bug of turnsOf(bugs, rounds)) {
          const said = await searchIn(box, '--bug', bug, '--seeds', String(seedsPerBug));
          const problems: string[] = [];
          if (!said.found) problems.push(`not found in ${seedsPerBug} schedules`);
          if ((said.faults ?? 0) > 3) problems.push(`${said.faults} faults are left`);
          if ((said.tenants ?? 0) > 2) problems.push(`${said.tenants} tenants are left`);
          if ((said.shrunk?.seconds ?? 0) > 10.5) problems.push(`shrinking took ${said.shrunk?.seconds} s`);
          took.push(said.found ? said.schedules : Infinity);
          const { schedules, faults, tenants, invariant, shrunk } = said;
          const facts = { bug, schedules, faults: faults ?? '-', tenants: tenants ?? '-', violates: invariant ?? '-' };
          const soFar = percentile(took, 0.5);
          tell({ problems, facts: { ...facts, 'shrunk in s': shrunk?.seconds ?? '-', 'median so far': soFar } });
        }
      }, searchWithinMs);
    },
  };
}

/** These take their time on real parts as in virtual time, so that they fail there nearly every time. */
const replayedOften: readonly string[] = [
  'acknowledge-before-commit',
  'cell-never-comes-back',
  'finished-jobs-left-behind',
];
const often = 10;

/** A schedule that was shrunk in virtual time, on real parts: how often it fails there. Timing decides, so rare is no problem; never of `often` is. */
export function bugReplays(bugs: readonly string[], on: string): Proof {
  const ordered = [...replayedOften, ...bugs.filter((bug) => !replayedOften.includes(bug))];
  const chosen = on === 'docker' ? replayedOften : ordered;
  return {
    name: 'bug-replays',
    claim: 'what the search found and shrunk in virtual time, run on real parts: k of n fail',
    full: chosen.length,
    async run(rounds, tell) {
      await inBox(async (box) => {
        for (const bug of turnsOf(chosen, rounds)) {
          const said = await searchIn(box, '--bug', bug, '--seeds', String(seedsPerBug));
          const repeat = said.found ? (replayedOften.includes(bug) ? often : 1) : 0;
          const problems = said.found ? [] : ['not found'];
          let failed = 0;
          for (let n = 0; n < repeat; n++) {
            const ran = await box.run(
              'run',
              join(box.home, 'found.yaml'),
              '--on',
              on,
              '--record',
              join(box.home, 'runs'),
            );
            if (ran.code === 1) failed++;
            else if (ran.code !== 0 && ran.code !== 2)
              problems.push(`it ended with ${ran.code}: ${ran.err.slice(-300)}`);
          }
          if (repeat === often && failed === 0) problems.push('it never failed there');
          tell({ problems, facts: { bug, violates: said.invariant ?? '-', fails: `${failed} of ${repeat}` } });
        }
      }, searchWithinMs);
    },
  };
}

async function searchIn(box: PetriBox, ...words: string[]): Promise<Searched> {
  const said = await box.run('search', ...words, '-o', join(box.home, 'found.yaml'), '--json');
  if (said.code !== 0 && said.code !== 1) throw new Error(`petri search ${words.join(' ')}: ${said.err}`);
  return JSON.parse(said.out) as Searched;
}

const program = join(import.meta.dirname, 'log-hashes.ts');
const seedsARound = 50;

/** The same seed gives the same bytes, whoever asks, wherever and in whatever room. */
export const sameLog: Proof = {
  name: 'same-log',
  claim: `rounds of ${seedsARound} seeds, each in two processes with other TZ, LANG, folder and heap: equal logs`,
  full: 20,
  async run(rounds, tell) {
    for (const round of rounds) {
      const seeds = [String(1 + round * seedsARound), String(seedsARound)];
      const elsewhere = join(tmpdir(), `petri-same-log-${process.pid}`);
      mkdirSync(elsewhere, { recursive: true });
      const [one, other] = await Promise.all([
        hashes(seeds, { TZ: 'UTC', LANG: 'C' }, process.cwd(), 512),
        hashes(seeds, { TZ: 'Asia/Kathmandu', LANG: 'de_DE.UTF-8', LC_ALL: 'tr_TR.UTF-8' }, elsewhere, 2048),
      ]);
      rmSync(elsewhere, { recursive: true, force: true });
      const differing = one.filter((line, at) => line !== other[at]).map((line) => line.split(' ')[0]);
      const problems = differing.map((seed) => `seed ${seed} gave two logs`);
      if (one.length !== seedsARound) problems.push(`${one.length} logs instead of ${seedsARound}`);
      tell({ problems, facts: { from: seeds[0]!, equal: one.length - differing.length } });
    }
  },
};

async function hashes(
  seeds: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
  heapMiB: number,
): Promise<readonly string[]> {
  const words = [`--max-old-space-size=${heapMiB}`, program, ...seeds];
  const options = { env: { ...process.env, ...env }, cwd, maxBuffer: 16 * 1024 * 1024 };
  const { stdout } = await promisify(execFile)(process.execPath, words, options);
  return stdout.trimEnd().split('\n');
}
