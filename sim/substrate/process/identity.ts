import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** Whether this system has Linux's /proc; without it `ps` is asked, which costs a process each time. */
export const hasProc = existsSync('/proc/self/stat');

export type ProcessState = 'running' | 'stopped' | 'zombie' | 'gone';

export interface ProcessFacts {
  readonly state: ProcessState;
  /**
   * Memory of its own, without the program text that all parts share (thirty of them would count it thirty times);
   * null where it cannot be read.
   */
  readonly memoryBytes: number | null;
}

let bootId: string | null = null;

/**
 * When the process behind a pid started, as a word that no other process on this machine shares with the same pid:
 * ticks since boot plus the boot's own id, or `ps`'s date. Null where there is no such process.
 */
export function startTimeOf(pid: number): string | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  if (!hasProc) return ps(pid, 'lstart=');
  const fields = statFields(pid);
  if (!fields) return null;
  bootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${fields[19]}@${bootId}`;
}

/** True only where the pid lives and is the very process that started at `startTime`. A zombie has already ended. */
export function isSame(pid: number, startTime: string): boolean {
  return startTimeOf(pid) === startTime && processFacts(pid).state !== 'zombie';
}

/** State and memory in one cheap read. */
export function processFacts(pid: number): ProcessFacts {
  if (!hasProc) {
    const state = ps(pid, 'state=');
    return { state: state === null ? 'gone' : stateOf(state), memoryBytes: null };
  }
  const status = read(`/proc/${pid}/status`);
  if (status === null) return { state: 'gone', memoryBytes: null };
  const own = /^RssAnon:\s+(\d+) kB/m.exec(status);
  return {
    state: stateOf(/^State:\s+(\S)/m.exec(status)?.[1] ?? ''),
    memoryBytes: own ? Number(own[1]) * 1024 : null,
  };
}

/** The fields of /proc/PID/stat after the name, which may itself hold spaces and brackets: index 0 is field 3, the state. */
function statFields(pid: number): readonly string[] | null {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function stateOf(letter: string): ProcessState {
  if (letter.startsWith('T') || letter.startsWith('t')) return 'stopped';
  if (letter.startsWith('Z') || letter.startsWith('X')) return 'zombie';
  return 'running';
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function ps(pid: number, column: string): string | null {
  try {
    const options = { encoding: 'utf8', env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' } } as const;
    return execFileSync('ps', ['-o', column, '-p', String(pid)], options).trim() || null;
  } catch {
    return null;
  }
}
