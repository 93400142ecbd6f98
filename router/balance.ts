/** One task as its ALB sees it. */
export interface TaskView {
  readonly healthy: boolean;
  readonly inFlight: number;
}

/**
 * The healthy task with the least requests in flight; among equals the first from `turn` on, so that they take turns.
 * `except`: a task that has just failed this very request. Null where no task is left.
 */
export function pickTask<Task extends TaskView>(
  tasks: readonly Task[],
  turn: number,
  except: Task | null,
): Task | null {
  let best: Task | null = null;
  for (let at = 0; at < tasks.length; at++) {
    const task = tasks[(turn + at) % tasks.length]!;
    if (!task.healthy || task === except) continue;
    if (best === null || task.inFlight < best.inFlight) best = task;
  }
  return best;
}
