import { execFile } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { nextFreePort } from '../sim/substrate/process/free-ports.ts';
import { Bench, type Figure, figure, findExecutable, median, root } from './frame.ts';
import { pssBytesOf } from './processes.ts';
import { BenchWorld, partsOf } from './world.ts';

const mib = 1024 ** 2;
const project = 'petri-bench';
const answersWithinMs = 120_000;

interface Round {
  readonly upMs: number;
  readonly downMs: number;
  readonly containers: number;
  readonly bytes: number;
}

/** P4: growing the default world on Docker with its images at hand, beside Compose starting the same containers. */
export const docker: Figure = {
  id: 'P4',
  title: '`petri up --on docker` of the default world, images present, to every cell answering through the router',
  async measure({ quick }) {
    await using bench = new Bench();
    const world = new BenchWorld(bench);
    const rounds = quick ? 1 : 5;
    // The first one builds the image, and the networks' names are known to the kernel from then on.
    const image = await imageOf(world);
    const grown: Round[] = [];
    const composed: number[] = [];
    for (let round = 0; round < rounds; round++) {
      grown.push(await grow(world, quick));
      if (findExecutable('docker-compose')) composed.push(await compose(image));
    }
    const of = (read: (one: Round) => number) => median(grown.map(read));
    const upMs = of(({ upMs: ms }) => ms);
    const ratio = composed.length === 0 ? null : upMs / median(composed);
    return {
      rows: [
        {
          subject: `petri up --on docker, ${of(({ containers }) => containers)} containers`,
          values: {
            ms: figure(upMs),
            'MiB in all': figure(of(({ bytes }) => bytes) / mib),
            'down, ms': figure(of(({ downMs }) => downMs)),
          },
        },
        {
          subject: 'docker-compose up of the same',
          values: { ms: composed.length === 0 ? '–' : figure(median(composed)) },
        },
      ],
      verdicts: [
        { target: '≤ 20 s', measured: `${figure(upMs / 1000)} s`, met: upMs <= 20_000 },
        {
          target: "≤ 1.0 × Compose's time",
          measured: ratio === null ? 'docker-compose is not installed' : `${figure(ratio)} ×`,
          met: ratio === null ? null : ratio <= 1,
        },
      ],
      notes: ['Memory: what the engine says of each container after 20 s of load, and the supervisor beside them.'],
    };
  },
};

/** Grows a world once, so that everything is at hand, and says what Petri's image is called. */
async function imageOf(world: BenchWorld): Promise<string> {
  const status = await world.up(['--on', 'docker']);
  const { containerId } = status.components[0] ?? {};
  const { stdout } = await run('docker', ['inspect', '--format', '{{.Config.Image}}', containerId ?? '']);
  await world.run(['down']);
  return stdout.trim();
}

async function grow(world: BenchWorld, quick: boolean): Promise<Round> {
  const sinceMs = performance.now();
  const status = await world.up(['--on', 'docker']);
  const upMs = performance.now() - sinceMs;
  await wait(quick ? 6000 : 20_000);
  const parts = partsOf(await world.status()).filter(({ containerId }) => containerId !== null);
  const held = parts.reduce((sum, { memoryBytes }) => sum + (memoryBytes ?? 0), 0);
  const bytes = held + pssBytesOf([status.supervisor.pid]);
  const downSinceMs = performance.now();
  await world.run(['down']);
  return { upMs, downMs: performance.now() - downSinceMs, containers: parts.length, bytes };
}

/** The committed docker-compose.yml, until a tenant of each cell is answered. */
async function compose(image: string): Promise<number> {
  const port = await nextFreePort(8600);
  const env = { ...process.env, PETRI_IMAGE: image, PETRI_PORT: String(port), COMPOSE_PROJECT_NAME: project };
  const composeIt = (...words: string[]) =>
    promisify(execFile)('docker-compose', words, { cwd: root, env, timeout: 180_000 });
  try {
    const sinceMs = performance.now();
    await composeIt('up', '--detach', '--no-build');
    await Promise.all(['t01', 't21', 't41'].map((tenant) => untilAnswered(port, tenant)));
    return performance.now() - sinceMs;
  } finally {
    await composeIt('down', '--volumes', '--timeout', '1');
  }
}

async function untilAnswered(port: number, tenant: string): Promise<void> {
  const deadline = performance.now() + answersWithinMs;
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/sheets/first/rows/first`, {
      headers: { 'x-tenant-id': tenant },
    }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200 || (answer?.status === 404 && answer.headers.has('x-cell-id'))) return;
    if (performance.now() > deadline) throw new Error(`${tenant} was not answered under Compose`);
    await wait(50);
  }
}

function run(program: string, words: readonly string[]) {
  return promisify(execFile)(program, words, { timeout: 60_000 });
}
