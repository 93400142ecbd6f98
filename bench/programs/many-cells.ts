/** A supervisor's socket whose world never rests: 24 cells, every figure of every snapshot new. `many-cells.ts NAME` */
import { serveFramed, type Peer } from '../../cells/protocol/server.ts';
import type { Snapshot } from '../../sim/state/status.ts';
import { openWorld } from '../../sim/supervisor/state-folder.ts';
import { fakeSnapshot } from '../../test/support/fake-world.ts';

const eventsPerSecond = 2000;
const calm = fakeSnapshot({ cells: 24, tenantsPerCell: 20 });
let sent = 0;

/** The same world a moment later: other rates, other latencies, another line in the log. */
function next(): Snapshot {
  sent++;
  const now = Date.now();
  const perCell = eventsPerSecond / 24;
  const cells = calm.status.cells.map((cell, index) => {
    const rps = perCell + ((sent * 7 + index * 13) % 20);
    const latencyMsP99 = 8 + ((sent * 3 + index * 5) % 40);
    const history = (cell.history + '.~.X'[(sent + index) % 4]).slice(-90);
    return { ...cell, history, traffic: { ...cell.traffic, rps, answeredPerSecond: rps, latencyMsP99 } };
  });
  const line = { at: now, text: `cell ${cells[sent % 24]?.id} answered ${sent} times`, command: null };
  return { status: { ...calm.status, now, cells }, tenants: calm.tenants, log: [...calm.log, line] };
}

await serveFramed({
  listen: { path: openWorld(process.argv[2] ?? 'many').socket },
  token: null,
  handlers: {
    hello: () => ({ world: 'many', pid: process.pid, version: '0', format: 1, ready: true }),
    'world.ready': () => next().status,
    status: () => next().status,
    snapshot: next,
    'snapshot.subscribe': ({ hz }: { hz: number }, peer: Peer) => {
      peer.notify('snapshot', next());
      const timer = setInterval(() => peer.notify('snapshot', next()), 1000 / hz);
      peer.onClose(() => clearInterval(timer));
      return null;
    },
    log: () => null,
  },
});
