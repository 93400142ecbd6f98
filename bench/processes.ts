import { readFileSync, readdirSync } from 'node:fs';

const msPerTick = 10;

/** The figures of `/proc/PID/stat` after the name, which may hold spaces and brackets itself. */
function statOf(pid: number | 'self'): readonly string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** User and system time that a process and its threads have used, in milliseconds; 0 where it is gone. */
export function cpuMsOf(pids: readonly number[]): number {
  return sum(
    pids.map((pid) => {
      try {
        const fields = statOf(pid);
        return (Number(fields[11]) + Number(fields[12])) * msPerTick;
      } catch {
        return 0;
      }
    }),
  );
}

/** CPU time in milliseconds of the children of this process that have ended. */
export function endedChildrenCpuMs(): number {
  const fields = statOf('self');
  return (Number(fields[13]) + Number(fields[14])) * msPerTick;
}

/** Proportional set size in bytes: shared pages are counted in shares. */
export function pssBytesOf(pids: readonly number[]): number {
  const kibOf = (pid: number) => /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0;
  return sum(pids.map((pid) => Number(kibOf(pid)) * 1024));
}

/** A process and everything below it, found by their parents: also what `status` does not list, like the reaper. */
export function treeOf(rootPid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      parents.set(Number(name), Number(statOf(Number(name))[1]));
    } catch {
      // It ended meanwhile.
    }
  }
  const tree = [rootPid];
  for (const pid of tree) for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  return tree;
}
