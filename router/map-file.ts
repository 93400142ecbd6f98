import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellMap } from './cell-map.ts';

/** Where a router keeps the last map that it took, so that it starts with it. Neither throws. */
export interface MapFile {
  /** What is kept, unchecked; undefined where there is none, or one that a full disk cut short. */
  read(): unknown;
  /** A router goes on without a disk; it only starts with an older copy. */
  write(map: CellMap): void;
}

/** `map.json` in this folder, made where it is not there. */
export function mapFileIn(folder: string): MapFile {
  const file = join(folder, 'map.json');
  return {
    read() {
      try {
        return JSON.parse(readFileSync(file, 'utf8'));
      } catch {
        return undefined;
      }
    },
    write(map) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        writeFileSync(`${file}.tmp`, JSON.stringify(map), { mode: 0o600 });
        renameSync(`${file}.tmp`, file);
      } catch {
        // The store has it, too.
      }
    },
  };
}
