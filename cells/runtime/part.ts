import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { EventLog } from './event-log.ts';
import type { PartConfig } from './part-config.ts';

/** What a program hands back once it serves. */
export interface RunningPart {
  /** A clean end on SIGTERM: finish what is in hand, then return. Bounded by the runtime at {@link stopMsMax}. */
  stop(): Promise<void> | void;
}

export interface PartContext<Settings> {
  readonly config: PartConfig<Settings>;
  readonly events: EventLog;
}

const stopMsMax = 5000;

/**
 * The frame around every program: reads the config, opens the event log, says when it serves, ends with its owner.
 * Its owner is the other end of the IPC channel; where that closes (the supervisor was SIGKILLed) the part exits.
 */
export function runPart<Settings>(start: (context: PartContext<Settings>) => Promise<RunningPart>): void {
  const path = process.argv[2];
  if (!path) throw new Error('a part needs the path of its config file');
  const config = JSON.parse(readFileSync(path, 'utf8')) as PartConfig<Settings>;
  process.title = `petri ${config.world} ${config.address}`;
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

  start({ config, events }).then(
    (part) => {
      running = part;
      process.send?.({ ready: true });
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
}
