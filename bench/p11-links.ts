import { connect } from 'node:net';
import { once } from 'node:events';
import { Bench, type Figure, figure, freePort, median, quantile } from './frame.ts';
import { startLink } from './parts.ts';

const bytes = Buffer.alloc(256, 120);

/** One connection, one request at a time: the time of each exchange in microseconds. */
async function serial(port: number, count: number): Promise<readonly number[]> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true);
  await once(socket, 'connect');
  const micros: number[] = [];
  for (let n = 0; n < count; n++) {
    const since = process.hrtime.bigint();
    socket.write(bytes);
    for (let got = 0; got < bytes.length;) got += ((await once(socket, 'data')) as [Buffer])[0].length;
    micros.push(Number(process.hrtime.bigint() - since) / 1000);
  }
  socket.destroy();
  return micros;
}

/** P11: what one link in the path adds to a request that waits for its answer. */
export const linkLatency: Figure = {
  id: 'P11',
  title: 'Link: what it adds to a serial exchange of 256 bytes',
  async measure({ quick }) {
    await using bench = new Bench();
    const echo = await freePort();
    await bench.startScript('programs/echo.ts', [String(echo)], echo);
    const link = await startLink(bench, echo);
    const count = quick ? 500 : 5000;
    await serial(echo, count);
    await serial(link.port, count);
    const direct: (readonly number[])[] = [];
    const through: (readonly number[])[] = [];
    for (let round = 0; round < (quick ? 1 : 7); round++) {
      direct.push(await serial(echo, count));
      through.push(await serial(link.port, count));
    }
    const at = (runs: readonly (readonly number[])[], share: number) => median(runs.map((run) => quantile(run, share)));
    const row = (subject: string, runs: readonly (readonly number[])[]) => ({
      subject,
      values: { 'p50 µs': figure(at(runs, 0.5)), 'p99 µs': figure(at(runs, 0.99)) },
    });
    const added = at(through, 0.5) - at(direct, 0.5);
    return {
      rows: [row('direct', direct), row('through a link', through)],
      verdicts: [{ target: 'p50 added ≤ 60 µs', measured: `${figure(added)} µs`, met: added <= 60 }],
      notes: [],
    };
  },
};
