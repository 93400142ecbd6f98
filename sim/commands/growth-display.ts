import { progressBar } from '../state/progress-bar.ts';
import { safeText } from '../state/safe-text.ts';
import type { CommandContext } from './context.ts';
import type { LiveWorld } from './live-world.ts';
import { span } from './print.ts';

interface Progress {
  readonly text: string;
  readonly done: number;
  readonly total: number;
}

/** So often a line that stays in its place is drawn anew, so that nobody thinks that it hangs. */
const drawEveryMs = 200;

/** Shows on stderr how a world grows: in place on a terminal, else every tenth step as a line; nothing once it has ended. */
export function startGrowthDisplay(context: CommandContext, world: LiveWorld): { end(): void } {
  const display = context.isTerminal ? inPlace(context) : asLines(context);
  let open = true;
  world.onNotify((method, args) => {
    if (method === 'progress' && open) display.show(args as Progress);
  });
  return {
    end() {
      if (open) display.end();
      open = false;
    },
  };
}

function asLines(context: CommandContext): { show(progress: Progress): void; end(): void } {
  let shown = -1;
  return {
    show({ text, done, total }) {
      const tenth = total === 0 ? 0 : Math.floor((done / total) * 10);
      if (tenth === shown && !text.startsWith('cell ')) return;
      shown = tenth;
      context.err(`[${String(done).padStart(String(total).length)}/${total}] ${safeText(text, 120)}`);
    },
    end() {},
  };
}

function inPlace(context: CommandContext): { show(progress: Progress): void; end(): void } {
  const startMs = performance.now();
  let last: Progress | null = null;
  const draw = () => {
    if (!last) return;
    const { text, done, total } = last;
    context.inPlace(`${progressBar(done, total)}  ${span(performance.now() - startMs)}  ${safeText(text, 120)}`);
  };
  const timer = setInterval(draw, drawEveryMs);
  return {
    show(progress) {
      last = progress;
      draw();
    },
    end() {
      clearInterval(timer);
      context.inPlace(null);
    },
  };
}
