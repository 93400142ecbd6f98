import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findWorld, listWorlds, locateWorld, openWorld } from '../../../sim/supervisor/state-folder.ts';

describe('the state folder', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'petri-state-'));
    process.env.XDG_STATE_HOME = home;
  });
  afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    rmSync(home, { recursive: true, force: true });
  });

  it('is made for its owner alone, found again, and listed', () => {
    expect(listWorlds()).toEqual([]);
    expect(findWorld('one')).toBeNull();
    const folder = openWorld('one');
    openWorld('another');
    expect(folder.path).toBe(join(home, 'petri', 'one'));
    expect(folder.socket).toBe(join(folder.path, 'control.sock'));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    expect(findWorld('one')).toEqual(folder);
    expect(openWorld('one')).toEqual(folder);
    expect(listWorlds()).toEqual(['another', 'one']);
  });

  it('refuses a folder of another format, and says what to do', () => {
    const folder = openWorld('old');
    writeFileSync(join(folder.path, 'format'), '2\n');
    expect(() => openWorld('old')).toThrow(
      /"old" was grown by another version of Petri \(format 2.*move .*out of the way/,
    );
    expect(() => findWorld('old')).toThrow(expect.objectContaining({ code: 'unavailable' }));
  });

  it.each(['', 'A', '-a', 'a_b', '../x', 'x'.repeat(33)])('refuses the name %j', (name) => {
    expect(() => locateWorld(name)).toThrow(expect.objectContaining({ code: 'usage' }));
  });

  it('puts the socket elsewhere where its path would be too long, the same place each time', () => {
    process.env.XDG_STATE_HOME = join(home, 'long'.repeat(30));
    const folder = openWorld('one');
    const parent = join(folder.socket, '..');
    try {
      expect(Buffer.byteLength(folder.socket)).toBeLessThanOrEqual(103);
      expect(statSync(parent).mode & 0o777).toBe(0o700);
      expect(locateWorld('one').socket).toBe(folder.socket);
      expect(locateWorld('two').socket).not.toBe(folder.socket);
    } finally {
      rmSync(parent, { recursive: true, force: true });
    }
  });
});
