import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Play, SearchSettings, Task } from './contract.ts';
import { drawSchedule } from './draw-schedule.ts';

/** One worker of a search: plays what it is sent, one after the other, and says what came of each. */
export function serveSearch(play: Play): void {
  const port = parentPort;
  if (!port) throw new Error('a search worker is started by petri search, as a thread');
  const settings = workerData as SearchSettings;
  port.on('message', (task: Task) => {
    void answerTo(task, settings, play).then((answer) => port.postMessage(answer));
  });
}

async function answerTo(task: Task, settings: SearchSettings, play: Play): Promise<Answer> {
  const scenario = task.kind === 'seed' ? drawSchedule(task.seed, settings) : task.scenario;
  try {
    return { kind: 'played', played: await play(scenario) };
  } catch (error) {
    return { kind: 'broken', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
