import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * The storage that both instances share:
 *
 *     generation          the number of the current generation, for people and scripts
 *     gen-1/              emptied once two later ones exist; the folder stays
 *     gen-2/aurora.db     there as soon as it is whole
 *     gen-2/pulse         touched by its writer for as long as it lives
 *
 * A generation is raised by making its folder: that succeeds for exactly one instance, however many try and wherever they are paused.
 * So the highest folder is what counts; a file alone could be set back by a promoter that was stopped just before its rename.
 * Folders are never removed: a writer that slept through many generations still finds the one after its own.
 */
export class Volume {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  databaseOf(generation: number): string {
    return join(this.#folder, `gen-${generation}`, 'aurora.db');
  }

  /** The current generation, 0 for an empty volume. It may not be whole yet. */
  current(): number {
    return Math.max(0, ...this.#generations());
  }

  /** One look at one folder entry: what a writer does after every commit. Throws where the volume cannot be asked. */
  hasLaterThan(generation: number): boolean {
    return statSync(join(this.#folder, `gen-${generation + 1}`), { throwIfNoEntry: false }) !== undefined;
  }

  isWhole(generation: number): boolean {
    return existsSync(this.databaseOf(generation));
  }

  /** One second more in the time of a file: no clock of anybody's, no bytes that a full disk would refuse. */
  beat(generation: number): void {
    const path = this.#pulseOf(generation);
    try {
      const seconds = this.pulse(generation) + 1;
      if (seconds === 1) closeSync(openSync(path, 'a', 0o600));
      utimesSync(path, seconds, seconds);
    } catch {
      // Whoever looks for it takes its writer for dead, which costs a failover.
    }
  }

  pulse(generation: number): number {
    const seen = statSync(this.#pulseOf(generation), { throwIfNoEntry: false });
    return seen ? Math.round(seen.mtimeMs / 1000) : 0;
  }

  /** The latest generation before this one that became whole, or null where there is no data to take over. */
  sourceFor(generation: number): number | null {
    const whole = this.#generations().filter((number) => number < generation && this.isWhole(number));
    return whole.length === 0 ? null : Math.max(...whole);
  }

  /** Raises the generation durably; false where another instance raised it to this number first. */
  raise(generation: number): boolean {
    try {
      mkdirSync(join(this.#folder, `gen-${generation}`), { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    syncFolder(this.#folder);
    const temporary = join(this.#folder, `generation.${generation}`);
    writeDurably(temporary, Buffer.from(`${generation}\n`));
    renameSync(temporary, join(this.#folder, 'generation'));
    syncFolder(this.#folder);
    return true;
  }

  /** Where a generation is made before {@link publish} shows it. */
  temporaryOf(generation: number): string {
    return `${this.databaseOf(generation)}.new`;
  }

  publish(generation: number): void {
    renameSync(this.temporaryOf(generation), this.databaseOf(generation));
    syncFolder(join(this.#folder, `gen-${generation}`));
  }

  /** Empties the generations up to two before this one; the one before stays for whoever wants to look. */
  tidyBefore(generation: number): void {
    for (const old of this.#generations().filter((number) => number < generation - 1)) {
      const folder = join(this.#folder, `gen-${old}`);
      try {
        for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
      } catch {
        // What could not be removed costs space only; the next promotion tries again.
      }
    }
  }

  #pulseOf(generation: number): string {
    return join(this.#folder, `gen-${generation}`, 'pulse');
  }

  #generations(): number[] {
    return readdirSync(this.#folder).flatMap((name) => {
      const match = /^gen-([1-9][0-9]{0,8})$/.exec(name);
      return match ? [Number(match[1])] : [];
    });
  }
}

/** Writes a file and returns once it is on the disk. */
export function writeDurably(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w', 0o600);
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
