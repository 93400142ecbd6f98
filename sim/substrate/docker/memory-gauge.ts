import type Dockerode from 'dockerode';

const everyMs = 5000;
/** An engine walks through its bookkeeping for each answer: never more than so many at once. */
const atOnce = 3;

export interface Measured {
  readonly id: string | null;
  readonly alive: boolean;
  memoryBytes: number | null;
}

/** Reads every few seconds what running containers use. A figure that the engine does not give is null. */
export class MemoryGauge {
  readonly #docker: Dockerode;
  readonly #containers: () => readonly Measured[];
  #timer: NodeJS.Timeout | null = null;
  #over = false;

  constructor(docker: Dockerode, containers: () => readonly Measured[]) {
    this.#docker = docker;
    this.#containers = containers;
  }

  start(): void {
    this.#timer = setTimeout(() => void this.#round(), 1000);
  }

  stop(): void {
    this.#over = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    const waiting = this.#containers().filter(({ alive, id }) => alive && id !== null);
    const worker = async () => {
      for (let next = waiting.pop(); next; next = waiting.pop()) {
        if (this.#over) return;
        next.memoryBytes = await this.read(next.id ?? '');
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    if (!this.#over) this.#timer = setTimeout(() => void this.#round(), everyMs);
  }

  /** What a container uses now, without the files that it has read: the kernel takes those back when it likes. */
  async read(id: string): Promise<number | null> {
    try {
      const { memory_stats: memory } = await this.#docker.getContainer(id).stats({ stream: false, 'one-shot': true });
      if (typeof memory?.usage !== 'number') return null;
      const cached = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
      return Math.max(0, memory.usage - Math.min(cached, memory.usage));
    } catch {
      return null;
    }
  }
}
