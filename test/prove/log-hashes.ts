/**
 * Runs the schedules of some seeds in virtual time and prints a hash of each one's log, byte by byte as `events.ndjson` has it:
 *
 *     node test/prove/log-hashes.ts 1 100
 */
import { createHash } from 'node:crypto';
import { drawSchedule } from '../../sim/search/draw-schedule.ts';
import { play } from '../../sim/search/play.ts';

const [first = 1, count = 1] = process.argv.slice(2).map(Number);
for (let seed = first; seed < first + count; seed++) {
  const hash = createHash('sha256');
  const onEvent = (event: object) => hash.update(`${JSON.stringify(event)}\n`);
  const { events } = await play(drawSchedule(seed, { base: null, bug: null }), { triggers: false, onEvent });
  console.log(`${seed} ${hash.digest('hex')} ${events}`);
}
