import type { CommandContext } from '../sim/commands/context.ts';
import { explainError } from '../sim/commands/explain-error.ts';
import { pasteable, petriWord } from '../sim/commands/petri-word.ts';
import { shellWord } from '../sim/commands/print.ts';
import { runCommandLine } from '../sim/commands/program.ts';
import { usage } from '../sim/commands/failure.ts';
import { safeText } from '../sim/state/safe-text.ts';
import { interruptions } from './interruptions.ts';
import { chooseLook } from './look.ts';

/** Words in, exit code out. What is heavy is loaded by the command that needs it, so that `--help` is quick. */
export function frontDoor(words: readonly string[]): void {
  // A reader that has seen enough (`petri events | head`) is no error.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 70));
  }
  const context = contextOf(words);
  const fail = (error: unknown) => end(tell(context, words, error));
  process.on('uncaughtException', fail);
  runCommandLine(words, context).then(end, fail);
}

function contextOf(words: readonly string[]): CommandContext {
  const interrupted = interruptions();
  const word = petriWord(process.env);
  return {
    out: (line) => void process.stdout.write(`${pasteable(line, word)}\n`),
    data: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${pasteable(line, word)}\n`),
    inPlace: (line) =>
      void process.stderr.write(
        line === null ? '\r\u001b[K' : `\r\u001b[K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`,
      ),
    isTerminal: process.stdin.isTTY === true && process.stdout.isTTY === true && process.env['TERM'] !== 'dumb',
    colour: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
    commandLine: ['petri', ...words].map(shellWord).join(' '),
    onInterrupt: (cleanup) => interrupted.onInterrupt(cleanup),
    async checkTheme(theme) {
      try {
        chooseLook(theme, process.env);
      } catch (error) {
        usage((error as RangeError).message);
      }
    },
    async openUi(options) {
      const { runUi } = await import('./app.tsx');
      return runUi({ ...options, word });
    },
    async openReplay(options) {
      const { openReplay } = await import('./app.tsx');
      return openReplay(options, word);
    },
  };
}

/** The one place where this program ends by its own will. What was printed is out by then. */
function end(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}

function tell(context: CommandContext, words: readonly string[], error: unknown): number {
  const { exitCode, message, isBug } = explainError(error);
  for (const line of message.split('\n')) context.err(`petri: ${safeText(line)}`);
  if (isBug) context.err('petri: this is a bug of ours; the same command with --debug shows where');
  if (words.includes('--debug') && error instanceof Error) context.err(error.stack ?? '');
  return exitCode;
}
