import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { csvLine } from './csv.ts';
import type { FilesVolume } from './files-volume.ts';
import type { SheetRow, WrittenFile } from './ports.ts';

/**
 * Writes `<volume>/exports/<tenant>/<job>.csv`: a temporary file, synced, then named in one step that never replaces.
 * Rejects with a DiskError where the volume takes no write. Of two deliveries the first to name it wins, and a worker that slept through its visibility changes nothing.
 */
export async function writeExport(
  volume: FilesVolume,
  tenant: string,
  job: string,
  rows: readonly SheetRow[],
): Promise<WrittenFile> {
  await volume.admit();
  const folder = join(volume.folder, 'exports', tenant);
  const file = join(folder, `${job}.csv`);
  const temporary = join(folder, `.${job}.${randomUUID()}.tmp`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const text = [
    csvLine(['row', 'version', 'value']),
    ...rows.map(({ row, version, value }) => csvLine([row, String(version), JSON.stringify(value)])),
  ].join('');
  try {
    await writeSynced(temporary, text);
    await link(temporary, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(temporary).catch(() => {});
  }
  await syncFolder(folder);
  const written = await readFile(file, 'utf8');
  const path = `exports/${tenant}/${job}.csv`;
  return { file: path, bytes: Buffer.byteLength(written), rows: written.split('\r\n').length - 2 };
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
