import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Play, Task } from './contract.ts';
import { drawSchedule, type ScheduleOptions } from './draw-schedule.ts';

/** One worker of a search: plays what it is sent, one after the other, and says what came of each. */
export function serveSearch(play: Play): void {
  const port = parentPort;
  if (!port) throw new Error('a search worker is started by petri search, as a thread');
  const settings = workerData as ScheduleOptions;
  port.on('message', (task: Task) => {
    void answerTo(task, settings, play).then((answer) => port.postMessage(answer));
  });
}

async function answerTo(task: Task, settings: ScheduleOptions, play: Play): Promise<Answer> {
  const scenario = task.kind === 'seed' ? drawSchedule(task.seed, settings) : task.scenario;
  const triggers = task.kind === 'scenario' && task.triggers === true;
  try {
    return { kind: 'played', played: await play(scenario, { triggers }) };
  } catch (error) {
    return { kind: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
