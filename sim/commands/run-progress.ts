import type { RunPhase, RunHooks } from '../scenario/runner.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { CommandContext } from './context.ts';
import { span } from './print.ts';

/** So often a line that stays in its place is drawn anew. */
const drawEveryMs = 200;
const barWidth = 24;

export interface RunProgress {
  readonly hooks: Required<Pick<RunHooks, 'onPhase' | 'onDone'>>;
  /** Somebody else has the screen: nothing is printed until it is given back. */
  hide(): void;
  show(): void;
  end(): void;
}

/** Shows on stderr how far a run is: on a terminal one line in its place, else a line for each step. */
export function startRunProgress(context: CommandContext, scenario: Scenario, prefix: string): RunProgress {
  const { runMs, timeline } = scenario;
  let phase: RunPhase | null = null;
  let sinceMs = performance.now();
  let done = 0;
  let hidden = false;
  const say = (line: string) => {
    if (hidden) return;
    if (context.isTerminal) context.inPlace(null);
    context.err(line);
  };
  const draw = () => {
    if (hidden || phase === null) return;
    const elapsed = performance.now() - sinceMs;
    if (phase === 'timeline') {
      const share = Math.min(1, elapsed / runMs);
      const full = Math.round(share * barWidth);
      const steps = timeline.length === 0 ? '' : `  ${done} of ${timeline.length} steps`;
      const bar = `${'#'.repeat(full)}${'.'.repeat(barWidth - full)}`;
      context.inPlace(`${prefix}[${bar}] ${span(elapsed)} of ${span(runMs)}${steps}`);
    } else context.inPlace(`${prefix}${words[phase]}  ${span(elapsed)}`);
  };
  const timer = context.isTerminal ? setInterval(draw, drawEveryMs) : null;
  return {
    hooks: {
      onPhase(next) {
        phase = next;
        sinceMs = performance.now();
        if (!context.isTerminal) say(`${prefix}${words[next]}${next === 'timeline' ? ` (${span(runMs)})` : ''}`);
        else draw();
      },
      onDone({ atMs, command }) {
        done++;
        say(`${prefix}${(atMs / 1000).toFixed(1).padStart(6)} s  ${command}`);
      },
    },
    hide: () => {
      hidden = true;
    },
    show: () => {
      hidden = false;
    },
    end() {
      if (timer) clearInterval(timer);
      if (context.isTerminal) context.inPlace(null);
    },
  };
}

const words: Readonly<Record<RunPhase, string>> = {
  steady: 'waiting for the steady state',
  timeline: 'the clock runs',
  recovering: 'traffic has ended, everything is healed: waiting until all is well',
  'reading-back': 'reading back everything that was written, asking after every job',
  judging: 'judging',
};
