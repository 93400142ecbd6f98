/**
 * Where the CPU of a world that is up goes: first by kind of part, then, for one part, by function.
 *
 *     node bench/profile.ts                    CPU by kind, over 10 s
 *     node bench/profile.ts b/web/1 --seconds 5
 *
 * The part's inspector listens on loopback from then on until the part ends: for a world that is measured, not used.
 */
import { execFileSync } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { PartStatus, Status } from '../sim/state/status.ts';
import { cpuMsOf } from './processes.ts';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

const inspectorUrl = 'http://127.0.0.1:9229/json';
const functionsShown = 15;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' } },
});
const seconds = Number(values.seconds);
const frontDoor = fileURLToPath(new URL('../dist/petri.js', import.meta.url));
const status = JSON.parse(
  execFileSync(process.execPath, [frontDoor, 'status', '--json'], { encoding: 'utf8' }),
) as Status;
const parts = [...status.components, ...status.cells.flatMap((cell) => cell.components)];

const [address] = positionals;
if (address === undefined) await byKind();
else await byFunction(address);

async function byKind(): Promise<void> {
  const before = parts.map(({ pid }) => cpuMsOf(pid === null ? [] : [pid]));
  const supervisorBefore = cpuMsOf([status.supervisor.pid]);
  await wait(seconds * 1000);
  const spent = new Map([['supervisor', cpuMsOf([status.supervisor.pid]) - supervisorBefore]]);
  for (const [index, part] of parts.entries()) {
    const ms = cpuMsOf(part.pid === null ? [] : [part.pid]) - (before[index] ?? 0);
    spent.set(part.kind, (spent.get(part.kind) ?? 0) + ms);
  }
  const all = [...spent].toSorted((a, b) => b[1] - a[1]);
  const total = all.reduce((sum, [, ms]) => sum + ms, 0);
  console.log(`${Math.round(total / seconds)} ms of CPU a second, ${parts.length + 1} processes`);
  for (const [kind, ms] of all) console.log(`${(ms / seconds).toFixed(1).padStart(8)}  ${kind}`);
}

async function byFunction(of: string): Promise<void> {
  const part = parts.find((each: PartStatus) => each.address === of);
  if (!part?.pid) throw new Error(`${of} does not run`);
  process.kill(part.pid, 'SIGUSR1');
  await wait(700);
  const [target] = (await (await fetch(inspectorUrl)).json()) as { webSocketDebuggerUrl: string }[];
  const socket = new WebSocket(target?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve) => socket.addEventListener('open', resolve));
  await ask(socket, 1, 'Profiler.enable');
  await ask(socket, 2, 'Profiler.start');
  await wait(seconds * 1000);
  const { profile } = (await ask(socket, 3, 'Profiler.stop')) as { profile: Profile };
  socket.close();
  print(profile);
}

function ask(socket: WebSocket, id: number, method: string): Promise<unknown> {
  return new Promise((resolve) => {
    socket.addEventListener('message', ({ data }) => {
      const answer = JSON.parse(String(data)) as { id?: number; result?: unknown };
      if (answer.id === id) resolve(answer.result);
    });
    socket.send(JSON.stringify({ id, method }));
  });
}

/** Time in each function itself, idle time left out. */
function print({ nodes, samples, timeDeltas }: Profile): void {
  const nameOf = new Map(
    nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => {
      return [id, `${functionName || '(anonymous)'} ${url.split('/').slice(-2).join('/')}:${lineNumber}`];
    }),
  );
  const micros = new Map<string, number>();
  for (const [index, id] of samples.entries()) {
    const name = nameOf.get(id) ?? '';
    if (!name.startsWith('(idle)')) micros.set(name, (micros.get(name) ?? 0) + (timeDeltas[index] ?? 0));
  }
  const all = [...micros].toSorted((a, b) => b[1] - a[1]);
  const busy = all.reduce((sum, [, spent]) => sum + spent, 0);
  console.log(`busy ${Math.round(busy / 1000)} ms of ${seconds * 1000}`);
  for (const [name, spent] of all.slice(0, functionsShown)) {
    console.log(`${((100 * spent) / busy).toFixed(1).padStart(6)} %  ${name}`);
  }
}
