import { spawn } from 'node:child_process';

/**
 * Runs a program in this one's place: same terminal, same end. A signal that reaches only this process is passed on; the one of
 * Ctrl-C reaches both (they share the foreground group), and this process waits for what the program makes of it.
 */
export function runAs(executable, words) {
  const child = spawn(executable, words, { stdio: 'inherit' });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`${executable} did not start: ${error.message}`);
    process.exit(69);
  });
  child.on('close', (code, signal) => {
    const ended = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGKILL: 137 };
    process.exit(code ?? ended[signal] ?? 70);
  });
}
