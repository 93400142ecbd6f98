import { Agent, request } from 'node:http';
import { paced } from './pace.ts';

/** Latencies in milliseconds, from the moment that the plan names to the last byte. */
export interface OpenLoopRun {
  readonly latenciesMs: readonly number[];
  readonly errors: number;
}

/** Sends GETs of tenant t01 at a fixed rate, whether or not the earlier ones were answered. */
export async function openLoop(port: number, perSecond: number, seconds: number): Promise<OpenLoopRun> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const latenciesMs: number[] = [];
  let errors = 0;
  const send = (_n: number, sinceMs: number) =>
    new Promise<void>((resolve) => {
      const fail = () => {
        errors++;
        resolve();
      };
      const options = { host: '127.0.0.1', port, path: '/sheets/s1/rows/r1', headers: { 'x-tenant-id': 't01' }, agent };
      const sent = request(options, (response) => {
        response.resume();
        response.on('end', () => {
          if (response.statusCode !== 200) return fail();
          latenciesMs.push(performance.now() - sinceMs);
          resolve();
        });
      });
      sent.setTimeout(5000, () => sent.destroy());
      sent.on('error', fail).end();
    });
  await paced(perSecond * seconds, perSecond, send);
  agent.destroy();
  return { latenciesMs, errors };
}
