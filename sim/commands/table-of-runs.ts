import type { CommandEntry } from './command-entry.ts';

/** Commands about scenarios and recorded runs. */
export const runCommands: readonly CommandEntry[] = [
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
];
