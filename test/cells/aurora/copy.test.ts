import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyDatabase } from '../../../cells/aurora/copy.ts';
import { removeFolder, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';

describe('copying a database under attack', () => {
  let folder: string;
  let writer: ChildProcess;
  const source = () => join(folder, 'source.db');
  const target = () => join(folder, 'target.db');
  const committed = () => {
    const bytes = readFileSync(join(folder, 'count'));
    return bytes.length === 4 ? bytes.readUInt32BE(0) : 0;
  };

  const killWriter = async () => {
    if (writer.signalCode !== null) return;
    const gone = once(writer, 'exit');
    writer.kill('SIGKILL');
    await gone;
  };

  beforeEach(async () => {
    folder = temporaryFolder();
    writer = fork(resolve('test/cells/aurora/busy-writer.ts'), [source(), join(folder, 'count')]);
    await once(writer, 'message');
    await eventually('some rows are there', () => committed() > 200);
  });
  afterEach(async () => {
    await killWriter();
    removeFolder(folder);
  });

  /** Copies, and proves that everything that was committed before is in the copy and that the copy is sound. */
  function copyAndCheck(): 'read' | 'raw' {
    const before = committed();
    const how = copyDatabase(source(), target());
    const copy = new Database(target(), { readonly: true });
    try {
      const rows = copy.prepare('SELECT count(*) FROM rows WHERE n <= ?').pluck().get(before);
      expect({ rows, integrity: copy.pragma('integrity_check', { simple: true }) }).toEqual({
        rows: before,
        integrity: 'ok',
      });
    } finally {
      copy.close();
    }
    return how;
  }

  it('holds everything committed before, while the writer goes on and truncates the WAL all the time', () => {
    for (let round = 0; round < 12; round++) copyAndCheck();
  });

  it('does not wait for a writer that is stopped anywhere in its work', async () => {
    for (let round = 0; round < 12; round++) {
      const mark = committed();
      await eventually('the writer goes on', () => committed() > mark + (round % 5));
      writer.kill('SIGSTOP');
      await eventually('stopped', () => / T /.test(readFileSync(`/proc/${writer.pid}/stat`, 'utf8')));
      const startedAt = performance.now();
      copyAndCheck();
      expect(performance.now() - startedAt).toBeLessThan(5000);
      writer.kill('SIGCONT');
    }
  });

  it('copies the files themselves where the writer was stopped half through the WAL index', async () => {
    writer.kill('SIGSTOP');
    await eventually('stopped', () => / T /.test(readFileSync(`/proc/${writer.pid}/stat`, 'utf8')));
    const index = openSync(`${source()}-shm`, 'r+');
    writeSync(index, Buffer.from([255, 255, 255, 255]), 0, 4, 8);
    closeSync(index);
    const startedAt = performance.now();
    expect(copyAndCheck()).toBe('raw');
    expect(performance.now() - startedAt).toBeLessThan(5000);
  });

  it('refuses a copy that is damaged', async () => {
    await killWriter();
    copyAndCheck();
    const pageBytes = 4096;
    const file = openSync(target(), 'r+');
    writeSync(file, Buffer.alloc(pageBytes * 2, 7), 0, pageBytes * 2, pageBytes * 3);
    closeSync(file);
    expect(() => copyDatabase(target(), join(folder, 'second.db'))).toThrow(/damaged|malformed/);
  });
});
