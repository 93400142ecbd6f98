import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type IPty, spawn } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { Bench, type Figure, figure, median, root } from './frame.ts';
import { cpuMsOf } from './processes.ts';

const size = { cols: 160, rows: 48 };
/** What arrives within this time of each other is one frame. */
const frameGapMs = 15;

interface Watched {
  readonly skeletonMs: number;
  readonly firstFrameMs: number;
  readonly cpuRatio: number;
  readonly framesPerSecond: number;
  /** Frames after which the title was no longer on the first row: something scrolled. */
  readonly tooTall: number;
}

/** P10: what the terminal UI costs when there is much to draw. */
export const screen: Figure = {
  id: 'P10',
  title: `Terminal UI at 24 cells, 2,000 events/s, ${size.cols}×${size.rows}`,
  async measure({ quick }) {
    await using bench = new Bench();
    const state = join(bench.folder, 'state');
    const world = fork(join(root, 'bench/programs/many-cells.ts'), ['many'], {
      env: { ...process.env, XDG_STATE_HOME: state },
    });
    bench.later(() => void world.kill('SIGKILL'));
    while (!existsSync(join(state, 'petri/many/control.sock'))) await wait(20);

    const runs: Watched[] = [];
    for (let round = 0; round < (quick ? 1 : 5); round++) runs.push(await watch(state, quick ? 4 : 10));
    const of = (read: (run: Watched) => number) => median(runs.map(read));
    const cpu = of(({ cpuRatio }) => cpuRatio) * 100;
    const frames = of(({ framesPerSecond }) => framesPerSecond);
    const tooTall = runs.reduce((sum, run) => sum + run.tooTall, 0);
    const values = {
      '% of a core': figure(cpu),
      'frames/s': figure(frames),
      'skeleton ms': figure(of(({ skeletonMs }) => skeletonMs)),
      'first frame ms': figure(of(({ firstFrameMs }) => firstFrameMs)),
    };
    return {
      rows: [{ subject: 'petri ui', values }],
      verdicts: [
        { target: '≤ 15 % of a core', measured: `${figure(cpu)} %`, met: cpu <= 15 },
        { target: '≥ 4 frames/s', measured: figure(frames), met: frames >= 4 },
        {
          target: 'skeleton ≤ 150 ms',
          measured: `${values['skeleton ms']} ms`,
          met: Number(values['skeleton ms']) <= 150,
        },
        {
          target: 'first frame ≤ 700 ms',
          measured: `${values['first frame ms']} ms`,
          met: Number(values['first frame ms']) <= 700,
        },
        { target: 'no frame taller than the terminal', measured: `${tooTall} taller`, met: tooTall === 0 },
      ],
      notes: [
        'The world is a scripted supervisor, so that only the screen is measured; every snapshot changes every cell.',
      ],
    };
  },
};

async function watch(state: string, seconds: number): Promise<Watched> {
  const terminal = new headless.Terminal({ ...size, allowProposedApi: true });
  const startMs = performance.now();
  const ui: IPty = spawn(process.execPath, [join(root, 'dist/petri.js'), 'ui', '--name', 'many'], {
    ...size,
    name: 'xterm-256color',
    cwd: root,
    env: { ...process.env, XDG_STATE_HOME: state } as Record<string, string>,
  });
  const row = (n: number) => terminal.buffer.active.getLine(n)?.translateToString(true) ?? '';
  const text = () => Array.from({ length: size.rows }, (_, n) => row(n)).join('\n');
  let [skeletonMs, firstFrameMs, lastDataMs, frames, tooTall] = [0, 0, 0, 0, 0];
  let counting = false;
  ui.onData((data) => {
    const nowMs = performance.now();
    if (counting && nowMs - lastDataMs > frameGapMs) frames++;
    lastDataMs = nowMs;
    terminal.write(data, () => {
      if (skeletonMs === 0 && row(0).includes('PETRI')) skeletonMs = nowMs - startMs;
      if (firstFrameMs === 0 && text().includes('SERVING')) firstFrameMs = nowMs - startMs;
      if (firstFrameMs > 0 && !row(0).includes('PETRI')) tooTall++;
    });
  });
  try {
    for (let waitedMs = 0; firstFrameMs === 0; waitedMs += 20) {
      if (waitedMs > 15_000) throw new Error(`the screen shows no cells after 15 s:\n${text()}`);
      await wait(20);
    }
    await wait(1000);
    counting = true;
    const [cpuMs, sinceMs] = [cpuMsOf([ui.pid]), performance.now()];
    await wait(seconds * 1000);
    const tookMs = performance.now() - sinceMs;
    return {
      ...{ skeletonMs, firstFrameMs, tooTall },
      cpuRatio: (cpuMsOf([ui.pid]) - cpuMs) / tookMs,
      framesPerSecond: frames / (tookMs / 1000),
    };
  } finally {
    ui.kill('SIGKILL');
  }
}
