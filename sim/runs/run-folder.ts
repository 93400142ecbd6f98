import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../../cells/runtime/events.ts';
import type { RunMetrics, RunPetri, RunPlan, Verdict } from './contract.ts';

const bufferedMax = 256 * 1024;

/** What a run's folder holds beside its events; what is null is not there. */
export interface RunFiles {
  readonly plan: RunPlan;
  readonly metrics: RunMetrics;
  readonly verdict: Verdict;
  readonly petri: RunPetri;
  readonly scenario: string;
  readonly world: string;
}

/** Writes a run's folder: events as they come, everything else at its end. */
export class RunWriter {
  readonly path: string;
  readonly #events: number;
  readonly #hash = createHash('sha256');
  #lines: string[] = [];
  #waiting = 0;

  /** `base`: the folder of runs, made where it is missing. `atMs`: now, in Unix milliseconds. */
  constructor(base: string, scenario: string, seed: number, atMs: number) {
    const utc = `${new Date(atMs).toISOString().slice(0, 19).replaceAll(':', '-')}Z`;
    this.path = freeName(join(base, `${utc}-${scenario}-${seed}`));
    mkdirSync(this.path, { recursive: true });
    this.#events = openSync(join(this.path, 'events.ndjson'), 'w');
  }

  /** The folder of what parts printed. */
  get logs(): string {
    return join(this.path, 'logs');
  }

  write(events: readonly Event[]): void {
    for (const event of events) {
      const line = JSON.stringify(event);
      this.#lines.push(line);
      this.#waiting += line.length;
    }
    if (this.#waiting > bufferedMax) this.#flush();
  }

  /** Of every byte that was written until now. */
  hash(): string {
    this.#flush();
    return this.#hash.copy().digest('hex');
  }

  finish({ plan, metrics, verdict, petri, scenario, world }: RunFiles): void {
    this.#flush();
    closeSync(this.#events);
    const json = { 'plan.json': plan, 'metrics.json': metrics, 'verdict.json': verdict, 'petri.json': petri };
    for (const [name, content] of Object.entries(json))
      writeFileSync(join(this.path, name), `${JSON.stringify(content, null, 1)}\n`);
    writeFileSync(join(this.path, 'scenario.yaml'), scenario);
    writeFileSync(join(this.path, 'world.yaml'), world);
  }

  /** A run that never came to its end leaves nothing. */
  discard(): void {
    closeSync(this.#events);
    rmSync(this.path, { recursive: true, force: true });
  }

  #flush(): void {
    if (this.#lines.length === 0) return;
    const text = `${this.#lines.join('\n')}\n`;
    writeSync(this.#events, text);
    this.#hash.update(text);
    this.#lines = [];
    this.#waiting = 0;
  }
}

function freeName(path: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? path : `${path}-${number}`;
    if (!existsSync(name)) return name;
  }
}
