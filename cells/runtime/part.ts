import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { EventLog } from './event-log.ts';
import { lookNamesUpAtOnce } from './lookup.ts';
import type { EventSink } from './events.ts';
import type { PartConfig } from './part-config.ts';
import { composed } from './composed.ts';
import { Conditions } from './conditions.ts';
import { realRuntime, type Runtime } from './runtime.ts';
import { underConditions } from './under-conditions.ts';

/** What a program hands back once it serves. */
export interface RunningPart {
  /** A clean end on SIGTERM: finish what is in hand, then return. Bounded by the runtime at {@link stopMsMax}. */
  stop(): Promise<void> | void;
}

/** A program's own decisions, and whose they are. */
export interface OwnDecisions<Decisions> {
  /** The program's name: `web`, `router`. */
  readonly of: string;
  readonly decisions: Decisions;
}

export interface PartContext<Settings> {
  readonly config: PartConfig<Settings>;
  readonly events: EventSink;
  readonly runtime: Runtime;
}

/** Of a program whose decisions can be replaced: it takes them from here and from nowhere else. */
export interface DecidingContext<Settings, Decisions> extends PartContext<Settings> {
  readonly decisions: Decisions;
}

const stopMsMax = 5000;

/** How a part without an IPC channel says that it serves: a line of its own on standard output. */
export const readyLine = '\u001epetri:ready';

/**
 * The frame around every program: reads the config, opens the event log, says when it serves, ends with its owner.
 * Its owner is the other end of the IPC channel, or of standard input where the config comes from there (`-`): where that
 * closes (the supervisor was SIGKILLed) the part exits.
 */
export function runPart<Settings>(start: (context: PartContext<Settings>) => Promise<RunningPart>): void;
export function runPart<Settings, Decisions>(
  start: (context: DecidingContext<Settings, Decisions>) => Promise<RunningPart>,
  own: OwnDecisions<Decisions>,
): void;
export function runPart<Settings>(
  start: (context: DecidingContext<Settings, never>) => Promise<RunningPart>,
  own: OwnDecisions<unknown> = { of: '', decisions: null },
): void {
  const path = process.argv[2];
  if (!path) throw new Error('a part needs the path of its config file, or - for standard input');
  if (path !== '-') {
    run(JSON.parse(readFileSync(path, 'utf8')) as PartConfig<Settings>, start, own);
    return;
  }
  let exit = (code: number): void => process.exit(code);
  onFirstLineOfStdin((line) => {
    exit = run(JSON.parse(line) as PartConfig<Settings>, start, own);
  });
  process.stdin.once('close', () => exit(0));
}

/** What follows the line is read too and dropped: the end is seen only by who reads up to it. */
function onFirstLineOfStdin(take: (line: string) => void): void {
  let text: string | null = '';
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === null) return;
    text += chunk;
    const end = text.indexOf('\n');
    if (end < 0) return;
    const line = text.slice(0, end);
    text = null;
    take(line);
  });
}

/** Starts the program. Hands back how it is ended at once, with what it recorded written down. */
function run<Settings>(
  config: PartConfig<Settings>,
  start: (context: DecidingContext<Settings, never>) => Promise<RunningPart>,
  own: OwnDecisions<unknown>,
): (code: number) => void {
  process.title = `petri ${config.world} ${config.address}`;
  // Without a channel to its owner it is a container, and its neighbours have names.
  if (process.send === undefined) lookNamesUpAtOnce();
  const events = new EventLog(config.eventsFile, config.address);

  let running: RunningPart | null = null;
  let stopping = false;
  const exit = (code: number) => {
    events.flush();
    process.exit(code);
  };
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => exit(0), stopMsMax).unref();
    void Promise.resolve(running?.stop()).then(
      () => exit(0),
      () => exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', () => {}); // Ctrl-C reaches the whole foreground group; only the supervisor acts on it.
  process.on('disconnect', () => exit(0));
  // The owner may have died before this line was reached.
  if (process.send !== undefined && !process.connected) exit(0);

  const runtime = underConditions(realRuntime, new Conditions(config.volumeBytes ?? null));
  const serving = composed(own, config.replace ?? null).then((decisions) =>
    start({ config, events, runtime, decisions: decisions as never }),
  );
  serving.then(
    (part) => {
      running = part;
      if (process.send === undefined) process.stdout.write(`${readyLine}\n`);
      else process.send({ ready: true });
      // A killed process never writes its compile cache: write it once, as soon as the program serves.
      setImmediate(() => flushCompileCache());
      if (stopping) void Promise.resolve(part.stop()).then(() => exit(0));
    },
    (error: unknown) => {
      console.error(error);
      process.send?.({ ready: false, error: error instanceof Error ? error.message : String(error) });
      exit(1);
    },
  );
  return exit;
}
