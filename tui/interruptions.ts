import { constants } from 'node:os';

/** A cleanup that hangs does not keep the user: after this long the process ends all the same. */
const cleanupMsMax = 25_000;

/** Makes SIGINT, SIGTERM and SIGHUP end the process as 130, 143 and 129, after what was asked to be done before. A second signal ends it at once. */
export function interruptions(): { onInterrupt(cleanup: () => Promise<void>): () => void } {
  const cleanups = new Set<() => Promise<void>>();
  let interrupted = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      const exitCode = 128 + constants.signals[signal];
      if (interrupted || cleanups.size === 0) process.exit(exitCode);
      interrupted = true;
      setTimeout(() => process.exit(exitCode), cleanupMsMax);
      void Promise.allSettled([...cleanups].map((cleanup) => cleanup())).then(() => process.exit(exitCode));
    });
  }
  return {
    onInterrupt(cleanup) {
      cleanups.add(cleanup);
      return () => cleanups.delete(cleanup);
    },
  };
}
