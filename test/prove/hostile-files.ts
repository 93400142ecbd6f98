import { fuzzFiles } from '../support/fuzz-files.ts';
import type { Proof } from './rounds.ts';

const filesARound = 1000;

/** Files that somebody damaged: world files and scenario files in turn. */
export const hostileFiles: Proof = {
  name: 'hostile-files',
  claim: `rounds of ${filesARound} damaged world or scenario files: each is valid or refused with its places, none takes a second`,
  full: 20,
  async run(rounds, tell) {
    for (const round of rounds) {
      const kind = round % 2 === 0 ? 'world' : 'scenario';
      const { files, valid, refused, failures, slowestMs } = fuzzFiles(kind, filesARound, 1000 * (round + 1));
      const problems = failures.map(({ seed, why }) => `seed ${seed}: ${why}`);
      tell({ problems, facts: { kind, files, valid, refused, 'slowest ms': Math.round(slowestMs) } });
    }
  },
};
