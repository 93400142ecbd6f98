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
    json: { type: 'boolean' },
  },
});

const known = proofs({ engine: values.engine, on: values.on });
const chosen = known.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (chosen.length === 0) {
  console.error(`no such proof; there are ${known.map(({ name }) => name).join(', ')}`);
  process.exit(64);
}

const first = Number(values.from) - 1;

let failed = 0;
for (const proof of chosen) {
  const end = values.rounds === undefined ? proof.full : Math.min(first + Number(values.rounds), proof.full);
  const rounds = Array.from({ length: Math.max(end - first, 0) }, (_, at) => first + at);
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
