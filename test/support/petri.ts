import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one run of the command line came to. */
export interface PetriRun {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A state folder of a test's own; the caller removes it. */
export function temporaryStateHome(): string {
  return mkdtempSync(join(tmpdir(), 'petri-test-'));
}

/** Runs `petri WORDS…` as a process without a terminal, on the given state folder. */
export function runPetri(
  words: readonly string[],
  stateHome: string,
  env: Readonly<Record<string, string>> = {},
): Promise<PetriRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../../tui/main.ts'), ...words], {
      env: { ...process.env, XDG_STATE_HOME: stateHome, NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    child.stderr.on('data', (chunk) => (stderr += chunk));
    child.on('error', reject);
    child.on('close', (exitCode, signal) => resolve({ exitCode, signal, stdout, stderr }));
  });
}

/** Runs many command lines, a few at a time; the results are in their order. */
export async function runPetriAll(
  lines: readonly (readonly string[])[],
  stateHome: string,
): Promise<readonly PetriRun[]> {
  const runs: PetriRun[] = [];
  const waiting = lines.entries();
  const worker = async () => {
    for (const [at, words] of waiting) runs[at] = await runPetri(words, stateHome);
  };
  await Promise.all([worker(), worker(), worker()]);
  return runs;
}
