import type Dockerode from 'dockerode';
import { ask } from './engine-call.ts';

/**
 * What fills a container's memory. The kernel would kill the process that asks for more, which is this one and not the part:
 * so everybody else in the container is first marked as the one to kill.
 */
const program = `
const { readdirSync, writeFileSync } = require('node:fs');
const others = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name) && name !== String(process.pid));
for (const pid of others) try { writeFileSync('/proc/' + pid + '/oom_score_adj', '1000'); } catch {}
const held = [];
setInterval(() => held.push(Buffer.alloc(16 << 20, 1)), 1);
setTimeout(() => process.exit(1), 20000);
`;

/** Begins to fill a running container's memory up to its limit. Resolves when it has begun. */
export async function fillMemory(container: Dockerode.Container, address: string): Promise<void> {
  const what = `fill the memory of ${address}`;
  const options = { Cmd: ['node', '-e', program], User: '1000:1000', AttachStdout: false, AttachStderr: false };
  const exec = await ask(what, container.exec(options));
  await ask(what, exec.start({ Detach: true, Tty: false }));
}
