/**
 * Proves what the README claims, by rounds on a real world:
 *
 *     npm run prove                      every proof, all rounds; many hours
 *     npm run prove -- kill-cell --rounds 5 --engine embedded
 *     npm run prove -- search-quiet --from 41     from its 41st round on
 *     npm run prove -- --on docker         the same on containers, and what people do to those
 */
import { parseArgs } from 'node:util';
import { proofs } from './proofs.ts';
import type { Round } from './rounds.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rounds: { type: 'string' },
    from: { type: 'string', default: '1' },
    engine: { type: 'string', default: 'auto' },
    on: { type: 'string', default: 'process' },
  },
});

const known = proofs({ engine: values.engine, on: values.on });
const chosen = known.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) {
  console.error(`no such proof; there are ${known.map(({ name }) => name).join(', ')}`);
  process.exit(64);
}

const countOf = (flag: 'rounds' | 'from') => {
  const value = values[flag];
  if (value === undefined || /^[1-9]\d{0,5}$/.test(value)) return value === undefined ? Infinity : Number(value);
  console.error(`--${flag} must be a whole number from 1, not ${value}`);
  process.exit(64);
};
const first = countOf('from') - 1;
const count = countOf('rounds');
const ended = chosen.find(({ full }) => first >= full);
if (ended) {
  console.error(`${ended.name} has ${ended.full} rounds: there is none from ${first + 1} on`);
  process.exit(64);
}

let failed = 0;
for (const proof of chosen) {
  const end = Math.min(first + count, proof.full);
  const rounds = Array.from({ length: end - first }, (_, at) => first + at);
  console.log(`${proof.name}: ${proof.claim}`);
  let done = 0;
  let held = 0;
  const tell = ({ problems, facts }: Round) => {
    done++;
    if (problems.length === 0) held++;
    else failed++;
    const figures = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    console.log(`  ${first + done} of ${end}  ${problems.length === 0 ? 'held' : 'VIOLATED'}  ${figures.join('  ')}`);
    for (const problem of problems) console.log(`      ${problem}`);
  };
  await proof.run(rounds, tell);
  console.log(`  ${held} of ${done} held${done < proof.full ? ` (of ${proof.full})` : ''}\n`);
}
process.exit(failed === 0 ? 0 : 1);
