import type { CommandContext } from './context.ts';

/** Sentences about one image come faster than anybody reads. */
const tellEveryMs = 500;

/** Tells how far something is: on a terminal in one place, else a line now and then. `end` clears the place. */
export function tellProgress(
  context: CommandContext,
  everyMs = tellEveryMs,
): { readonly tell: (sentence: string) => void; end(): void } {
  let toldMs = -Infinity;
  return {
    tell(sentence) {
      if (performance.now() - toldMs < everyMs) return;
      toldMs = performance.now();
      if (context.isTerminal) context.inPlace(sentence);
      else context.err(sentence);
    },
    end() {
      if (context.isTerminal) context.inPlace(null);
    },
  };
}
