import { Worker } from 'node:worker_threads';
import type { Answer, Played, Task } from './contract.ts';
import type { ScheduleOptions } from './draw-schedule.ts';

/** A schedule of half a minute takes some milliseconds; one that takes this long will not end. */
const patienceMsDefault = 120_000;
/** It is looked at so often until then: a laptop that slept, or a Ctrl-Z, is one look and no end. */
const looks = 12;

interface Waiting {
  readonly task: Task;
  readonly resolve: (played: Played) => void;
  readonly reject: (error: Error) => void;
}

/** A simulation that broke or never ended, rather than a world that broke its promises. */
export class BrokenPlay extends Error {
  override readonly name = 'BrokenPlay';
}

/** Threads that play schedules, one each at a time. */
export class Fleet {
  readonly #program: string;
  readonly #settings: ScheduleOptions;
  readonly #patienceMs: number;
  readonly #free: Worker[] = [];
  readonly #all = new Set<Worker>();
  readonly #waiting: Waiting[] = [];
  #closed = false;

  /** `program`: the file that calls `serveSearch`. */
  constructor(program: string, size: number, settings: ScheduleOptions, patienceMs = patienceMsDefault) {
    this.#program = program;
    this.#settings = settings;
    this.#patienceMs = patienceMs;
    for (let n = 0; n < size; n++) this.#free.push(this.#start());
  }

  /** Plays it as soon as a thread is free. Rejects with a {@link BrokenPlay} where the simulation broke. */
  play(task: Task): Promise<Played> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(ended());
      this.#waiting.push({ task, resolve, reject });
      this.#next();
    });
  }

  /** Ends every thread, whatever it is at. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { reject } of this.#waiting.splice(0)) reject(ended());
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #start(): Worker {
    const worker = new Worker(this.#program, { workerData: this.#settings });
    this.#all.add(worker);
    return worker;
  }

  #next(): void {
    const worker = this.#closed ? undefined : this.#free.pop();
    const waiting = worker && this.#waiting.shift();
    if (worker && !waiting) this.#free.push(worker);
    if (worker && waiting) this.#run(worker, waiting);
  }

  #run(worker: Worker, { task, resolve, reject }: Waiting): void {
    const end = (settle: () => void) => {
      clearInterval(timer);
      worker.off('message', answered).off('error', failed).off('exit', exited);
      settle();
      this.#next();
    };
    const lost = (why: string) => {
      this.#all.delete(worker);
      if (!this.#closed) this.#free.push(this.#start());
      end(() => reject(this.#closed ? ended() : new BrokenPlay(`${nameOf(task)}: ${why}`)));
    };
    const answered = (answer: Answer) => {
      this.#free.push(worker);
      if (answer.kind === 'played') end(() => resolve(answer.played));
      else end(() => reject(new BrokenPlay(`${nameOf(task)}: ${answer.message}`)));
    };
    const failed = (error: unknown) => lost(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const exited = (code: number) => lost(`its thread ended with ${code}`);
    let left = looks;
    const timer = setInterval(() => {
      if (--left > 0) return;
      void worker.terminate();
      lost(`did not end in ${this.#patienceMs / 1000} s`);
    }, this.#patienceMs / looks);
    worker.on('message', answered).on('error', failed).on('exit', exited);
    worker.postMessage(task);
  }
}

function ended(): Error {
  return new Error('the search has ended');
}

function nameOf(task: Task): string {
  return task.kind === 'seed' ? `seed ${task.seed}` : `scenario ${task.scenario.name}`;
}
