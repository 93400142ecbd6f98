import { spawn, type ChildProcess } from 'node:child_process';

export interface ReaperOptions {
  readonly nodePath: string;
  /** The reaper's program, `reaper-main.ts` or its bundle. */
  readonly programPath: string;
  /** The world's name: the reaper finds its folder by the same rules and the same XDG_STATE_HOME. */
  readonly worldName: string;
}

export interface Reaper {
  /** Resolves when it watches. */
  readonly ready: Promise<void>;
  /** The pid of the reaper that watches now; null between two of them. */
  pid(): number | null;
  /** Lets it go, for a supervisor that has ended its world itself. */
  end(): void;
}

/**
 * Starts the world's reaper: a process in a session of its own that holds one end of a channel to this one and does nothing
 * until that closes, which it does however this process dies. A reaper that dies is replaced. Begin the ledger first.
 */
export function startReaper(options: ReaperOptions): Reaper {
  let child: ChildProcess | null = null;
  let over = false;
  const ready = new Promise<void>((resolve) => {
    const watch = () => {
      const flags = ['--max-semi-space-size=1', '--max-old-space-size=64', '--v8-pool-size=1'];
      const born = spawn(options.nodePath, [...flags, options.programPath, options.worldName], {
        detached: true,
        stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      });
      child = born;
      born.once('message', () => {
        // From here on it must not keep this process from ending.
        born.unref();
        born.channel?.unref();
        resolve();
      });
      born.once('error', () => {});
      born.once('exit', () => {
        child = null;
        // A pause, so that a reaper that cannot live does not become a storm of them.
        if (!over) setTimeout(() => over || watch(), 500);
      });
    };
    watch();
  });
  return {
    ready,
    pid: () => child?.pid ?? null,
    end() {
      over = true;
      child?.kill('SIGTERM');
    },
  };
}
