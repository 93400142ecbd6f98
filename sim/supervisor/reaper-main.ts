/**
 * The reaper: waits for its supervisor's end of the channel to close, then ends what is left of the world.
 * Started by `startReaper` with the world's name as its one argument.
 */
import { isSame } from '../substrate/process/identity.ts';
import { until } from '../substrate/process/until.ts';
import { readLedger } from './ledger.ts';
import { sweepDeadWorld } from './orphans.ts';
import { locateWorld } from './state-folder.ts';

const folder = locateWorld(process.argv[2] ?? '');
process.title = `petri ${folder.name} reaper`;
const mine = readLedger(folder.ledger).world;

process.on('SIGINT', () => {});
process.on('SIGHUP', () => {});

const reap = async () => {
  if (mine) {
    // The channel closes a moment before the process table says so.
    await until(() => !isSame(mine.pid, mine.startTime), 60_000, 20);
    // Another supervisor that has grown this world again swept it first: its world is none of our business.
    if (readLedger(folder.ledger).world?.token === mine.token) await sweepDeadWorld(folder);
  }
  process.exit(0);
};

process.on('disconnect', () => void reap());
// A supervisor that is already dead makes the send fail, which must not end the reaper before it has begun.
process.send?.({ ready: true }, () => {});
if (!process.connected) void reap();
