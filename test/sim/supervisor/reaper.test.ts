import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTimeOf } from '../../../sim/substrate/process/identity.ts';
import { Ledger, readLedger } from '../../../sim/supervisor/ledger.ts';
import { sweepDeadWorld } from '../../../sim/supervisor/orphans.ts';
import { openWorld } from '../../../sim/supervisor/state-folder.ts';
import { livingOf, startFakeSupervisor, type FakeSupervisor } from '../../support/diary-world.ts';
import { eventually } from '../../support/until.ts';

describe('a world whose supervisor was SIGKILLed', () => {
  let home: string;
  const decoys: ChildProcess[] = [];
  const owners: FakeSupervisor[] = [];

  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'petri-reaper-'));
    process.env.XDG_STATE_HOME = home;
  });
  afterEach(() => {
    delete process.env.XDG_STATE_HOME;
    for (const decoy of decoys.splice(0)) decoy.kill('SIGKILL');
    for (const owner of owners.splice(0)) {
      owner.process.kill('SIGKILL');
      for (const pid of [...owner.pids, owner.reaper ?? 0]) if (livingOf([pid])) process.kill(pid, 'SIGKILL');
    }
    rmSync(home, { recursive: true, force: true });
  });

  const decoy = (mark?: string) => {
    const env = { ...process.env, ...(mark ? { PETRI_PART: mark } : {}) };
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore', env });
    decoys.push(child);
    return child.pid ?? 0;
  };
  const own = async (...args: string[]) => {
    const owner = await startFakeSupervisor(home, ...args);
    owners.push(owner);
    return owner;
  };

  it('is gone within 5 s by its reaper, frozen parts included, and decoys live on', async () => {
    const folder = openWorld('reaped');
    const others = [decoy(), decoy('another-world:a/web/1')];
    const owner = await own('reaped', '3', 'reaper');
    writeFileSync(folder.socket, '');
    expect(livingOf([...owner.pids, owner.reaper ?? 0])).toBe(4);
    await owner.kill();
    await eventually('all parts and the reaper gone', () => livingOf([...owner.pids, owner.reaper ?? 0]) === 0, 5000);
    expect(existsSync(folder.socket)).toBe(false);
    expect(readLedger(folder.ledger).ended).toBe(true);
    expect(livingOf(others)).toBe(2);
    expect(await sweepDeadWorld(folder)).toEqual({ kind: 'nothing' });
  });

  it('is swept by the next command where the reaper was killed as well', async () => {
    const folder = openWorld('swept');
    const others = [decoy(), decoy('another-world:a/web/1')];
    const owner = await own('swept', '2', 'reaper');
    expect(await sweepDeadWorld(folder)).toEqual({ kind: 'alive', pid: owner.process.pid });
    process.kill(owner.reaper ?? 0, 'SIGKILL');
    await owner.kill();
    await eventually('only the frozen part left', () => livingOf(owner.pids) === 1);
    expect(await sweepDeadWorld(folder)).toEqual({ kind: 'swept', killed: ['a/web/2'], left: [] });
    expect(livingOf(owner.pids)).toBe(0);
    expect(livingOf(others)).toBe(2);
    expect(readLedger(folder.ledger).ended).toBe(true);
  });

  it('is found by its mark where the ledger never heard of a part', async () => {
    const owner = await own('unlisted', '2', 'no-reaper', 'unlisted');
    await owner.kill();
    expect(await sweepDeadWorld(openWorld('unlisted'))).toMatchObject({ kind: 'swept', left: [] });
    expect(livingOf(owner.pids)).toBe(0);
  });

  it('never pays for a pid that now belongs to somebody else', async () => {
    const folder = openWorld('reused');
    const pid = decoy();
    const dead = { pid, startTime: '1@an-earlier-boot' };
    const ledger = Ledger.begin(folder.ledger, { kind: 'world', token: 'reused-token', ...dead, at: 1 });
    ledger.append({ kind: 'spawned', address: 'a/web/1', ...dead });
    ledger.close();
    expect(await sweepDeadWorld(folder)).toEqual({ kind: 'swept', killed: [], left: [] });
    expect(livingOf([pid])).toBe(1);
  });

  it('is begun by one of many that try at once, and by none while that one lives', async () => {
    const folder = openWorld('contended');
    const tries = Array.from({ length: 5 }, () => startFakeSupervisor(home, 'contended', '1', 'no-reaper'));
    const begun = (await Promise.allSettled(tries)).filter((one) => one.status === 'fulfilled');
    owners.push(...begun.map(({ value }) => value));
    expect(owners).toHaveLength(1);
    expect(readLedger(folder.ledger).world?.pid).toBe(owners[0]?.process.pid);
    await expect(own('contended', '1', 'no-reaper')).rejects.toThrow('ended early');
    expect(readdirSync(folder.path).filter((file) => /\.(new|old)$/.test(file))).toEqual([]);
  });

  it('replaces a reaper that dies', async () => {
    const owner = await own('guarded', '1', 'reaper');
    process.kill(owner.reaper ?? 0, 'SIGKILL');
    await eventually('the first reaper gone', () => livingOf([owner.reaper ?? 0]) === 0);
    const reapers = () => childrenOf(owner.process.pid ?? 0).filter((pid) => titleOf(pid) === 'petri guarded reaper');
    const [second = 0] = await eventually('a second reaper', () => reapers().length === 1 && reapers(), 4000);
    expect(second).not.toBe(owner.reaper);
    await owner.kill();
    await eventually('everything gone', () => livingOf([...owner.pids, second]) === 0, 5000);
  });
});

describe('the ledger', () => {
  it('is read to its last whole line, and adds up', async () => {
    const home = mkdtempSync(join(tmpdir(), 'petri-ledger-'));
    const path = join(home, 'ledger.ndjson');
    try {
      const world = {
        kind: 'world',
        token: 't',
        pid: process.pid,
        startTime: startTimeOf(process.pid) ?? '',
        at: 1,
      } as const;
      writeFileSync(path, '{"kind":"world","token":"old"}\n');
      const ledger = Ledger.begin(path, world);
      ledger.append({ kind: 'spawned', address: 'a/web/1', pid: 10, startTime: 'x' });
      ledger.append({ kind: 'spawned', address: 'a/web/2', pid: 11, startTime: 'y' });
      ledger.append({ kind: 'gone', address: 'a/web/1', pid: 10 });
      const fault = { id: 'f1', kind: 'kill', target: 'b', at: 2 };
      await ledger.appendDurably({ kind: 'fault', fault });
      await ledger.appendDurably({ kind: 'fault', fault: { ...fault, id: 'f2' } });
      await ledger.appendDurably({ kind: 'healed', id: 'f2' });
      ledger.close();
      writeFileSync(path, '{"kind":"spawned","addre', { flag: 'a' });
      const parts = [{ address: 'a/web/2', pid: 11, startTime: 'y' }];
      expect(readLedger(path)).toEqual({ world, parts, faults: [fault], ended: false });
      expect(readLedger(join(home, 'none'))).toEqual({ world: null, parts: [], faults: [], ended: false });
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});

function childrenOf(parent: number): number[] {
  return readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

/** A program's own title; empty for one that has ended or has not begun. */
function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '');
}
