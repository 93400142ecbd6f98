import { mkdir, readdir, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Conditions, VolumeTrial } from '../runtime/conditions.ts';
import { wait, type Time } from '../runtime/time.ts';

/** The volume that a cell's exports lie on, as its conditions let it be written. */
export class FilesVolume implements VolumeTrial {
  readonly folder: string;
  readonly #conditions: Conditions;
  readonly #time: Time;

  constructor(folder: string, conditions: Conditions, time: Time) {
    this.folder = folder;
    this.#conditions = conditions;
    this.#time = time;
  }

  /** Waits as the disk has it. Rejects with a DiskError where the volume takes no write. */
  async admit(): Promise<void> {
    const { diskDelayMs, bytesMax } = this.#conditions.now;
    if (diskDelayMs > 0) await wait(this.#time, diskDelayMs);
    const used = bytesMax === null ? 0 : await this.usedBytes();
    this.#conditions.admit(() => used);
  }

  usedBytes(): Promise<number> {
    return bytesBelow(this.folder);
  }

  async tryWrite(): Promise<void> {
    await this.admit();
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const file = join(this.folder, `.trial.${process.pid}.tmp`);
    await writeFile(file, 'trial', { mode: 0o600 });
    await unlink(file);
  }
}

/** What comes and goes meanwhile is counted or not. */
async function bytesBelow(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
