import type { CommandEntry } from './command-entry.ts';

/** Commands about scenarios and recorded runs. */
export const runCommands: readonly CommandEntry[] = [
  {
    name: 'run',
    args: ['<scenario>'],
    summary:
      'run a scenario file to a verdict (0 held, 1 violated, 2 proves nothing); or the one of a recorded run, or last',
    options: [
      ['--on <substrate>', 'what its world runs on: process or docker; process without it'],
      ['--seed <n>', "another seed than the file's"],
      ['--repeat <n>', 'run it so often: k of n'],
      ['--set <policy=value>', 'another value of a policy; several times for several', 'repeated'],
      ['--bug <name>', 'put in a planted bug'],
      ['--record <dir>', 'the folder that its record is put into; ./runs without it'],
      ['--junit <file>', 'write the verdict as JUnit XML'],
      ['--plain', 'lines of progress, and no UI'],
      ['--node-image <image>', "Docker: what Petri's own image is made from; NODE_IMAGE, else node:24-slim"],
      ['--redis-image <image>', "Docker: the cells' queue engine; REDIS_IMAGE, else redis:7-alpine"],
      ['--allow-remote', 'Docker: take an engine on another machine'],
    ],
    examples: [
      'petri run fixtures/scenarios/kill-one-cell.yaml',
      'petri run kill.yaml --set fence=off --repeat 5',
      'petri run last --on docker --junit petri.xml',
    ],
    live: false,
    json: true,
    load: () => import('./run.ts'),
  },
  {
    name: 'report',
    args: ['<run>'],
    summary: 'a recorded run as one HTML page: timeline, rates, queues, who was hit, what was violated',
    options: [['-o, --output <file>', 'write it there; without it report.html in the run']],
    examples: ['petri report last', 'petri report runs/2026-11-24T12-00-00Z-kill-one-cell-7 -o kill.html'],
    live: false,
    json: true,
    load: () => import('./report.ts'),
  },
  {
    name: 'replay',
    args: ['<run>'],
    summary: 'a recorded run in the terminal UI, with a time slider; without a terminal, line by line',
    options: [
      ['--at <duration>', 'begin at this moment of the run: 12s, 1m'],
      ['--theme <theme>', 'the colours of the UI'],
    ],
    examples: ['petri replay last', 'petri replay last --at 12s --json'],
    live: false,
    json: true,
    load: () => import('./replay.ts'),
  },
];
