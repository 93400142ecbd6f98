import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuroraStatus } from '../../../cells/aurora/contract.ts';
import { SqliteStorage } from '../../../cells/aurora/sqlite-storage.ts';
import { FramedClient } from '../../../cells/protocol/client.ts';
import { serveFramed } from '../../../cells/protocol/server.ts';
import type { Event } from '../../../cells/runtime/events.ts';
import { freeEndpoints, removeFolder, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';
import { AuroraPair, get, missing, put, seedTenants, writeOn } from './pair.ts';

describe('two Aurora instances on one volume', () => {
  let folder: string;
  let pair: AuroraPair;

  beforeEach(async () => {
    folder = temporaryFolder();
    pair = await AuroraPair.in(folder);
  });
  afterEach(async ({ task }) => {
    await pair.end();
    if (task.result?.state === 'fail') {
      const started = [1, 2].filter((index) => existsSync(fileOf(index)));
      const roles = started.flatMap(eventsOf).filter(({ kind }) => kind.startsWith('aurora.'));
      for (const event of roles.toSorted((one, other) => one.t - other.t)) console.log(JSON.stringify(event));
    }
    removeFolder(folder);
  });

  async function startBoth() {
    const [first, second] = await Promise.all([pair.start(1), pair.start(2)]);
    await pair.becomes(1, 'writer');
    await pair.becomes(2, 'reader');
    return [first, second] as const;
  }

  const fileOf = (index: number) => join(folder, 'events', `a-aurora-${index}.ndjson`);
  const eventsOf = (index: number) =>
    readFileSync(fileOf(index), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Event);

  it('seed an empty volume once, and serve reads of what the writer acknowledged from both', async () => {
    await startBoth();
    const [writer, reader] = [await pair.connect(1), await pair.connect(2)];
    expect(await writer.call('read', { name: 'tenants.list', args: {} })).toEqual({
      kind: 'ok',
      tenants: seedTenants.map((tenant) => ({ ...tenant, residence: 'home' })),
    });
    for (let n = 1; n <= 20; n++) {
      await put(writer, 'r', n);
      expect(await get(reader, 'r')).toMatchObject({ value: n, version: n });
    }
    await expect(put(reader, 'r', 0)).rejects.toMatchObject({ code: 'not-writer' });
    const { pragmas, ...status } = await writer.call<AuroraStatus>('status', {});
    expect(pragmas).toMatchObject({ journal_mode: 'wal', synchronous: 2, foreign_keys: 1 });
    expect(status).toEqual({
      ...{ address: 'a/aurora/1', role: 'writer', generation: 1 },
      ...{ transactions: 20, commits: 20, groupMax: 1 },
    });
  });

  it('commit together what arrives together', async () => {
    await startBoth();
    const client = await pair.connect(1);
    await Promise.all(Array.from({ length: 64 }, (_, n) => put(client, `r${n}`, n)));
    const { transactions, commits, groupMax } = await client.call<AuroraStatus>('status', {});
    expect(transactions).toBe(64);
    expect(commits).toBeLessThan(32);
    expect(groupMax).toBeGreaterThan(2);
  });

  it('lose no acknowledged write when the writer is killed, again and again', async () => {
    // With so long a patience for silence, only the refused connection can have told the reader.
    pair = await AuroraPair.in(folder, 60_000);
    await startBoth();
    const acknowledged: string[] = [];
    let writerIndex: 1 | 2 = 1;
    for (let round = 1; round <= 3; round++) {
      const writing = writeOn(await pair.connect(writerIndex), 16);
      await eventually('writes are acknowledged', () => writing.acknowledged.length > 300);
      await pair.parts.findLast((part) => part.config.address.endsWith(String(writerIndex)))!.kill();
      await writing.ended;
      const other: 1 | 2 = writerIndex === 1 ? 2 : 1;
      await pair.becomes(other, 'writer');
      acknowledged.push(...writing.acknowledged);
      expect(await missing(await pair.connect(other), acknowledged)).toEqual([]);
      await pair.start(writerIndex);
      await pair.becomes(writerIndex, 'reader');
      writerIndex = other;
    }
    expect(readFileSync(join(pair.volume, 'generation'), 'utf8')).toBe('4\n');
    expect(existsSync(join(pair.volume, 'gen-3', 'aurora.db'))).toBe(true);
    expect(existsSync(join(pair.volume, 'gen-2', 'aurora.db'))).toBe(false);
    const database = new Database(join(pair.volume, 'gen-4', 'aurora.db'), { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  });

  it('do not wait for a writer that is stopped in the middle of its writes, and it acknowledges nothing that was not taken over', async () => {
    const [stopped] = await startBoth();
    const client = await pair.connect(1);
    const lanes = 64;
    const writing = writeOn(client, lanes);
    await eventually('writes are acknowledged', () => writing.acknowledged.length > 500);
    stopped.signal('SIGSTOP');
    await pair.becomes(2, 'writer');
    const writer = await pair.connect(2);
    const before = writing.acknowledged.length;
    await put(writer, 'only-in-the-new-generation', 1);

    stopped.signal('SIGCONT');
    await writing.ended;
    // Answers that were decided before the stop may still come out of it, if their writes were taken over: one group at most.
    expect(writing.acknowledged.length - before).toBeLessThanOrEqual(lanes);
    expect(await missing(writer, writing.acknowledged)).toEqual([]);
    expect(writing.refused.filter((code) => !['fenced', 'not-writer', 'unknown'].includes(code))).toEqual([]);
    await pair.becomes(1, 'reader');
    const former = await pair.connect(1);
    expect(await get(former, 'only-in-the-new-generation')).toMatchObject({ kind: 'ok', value: 1 });
    expect(await missing(former, writing.acknowledged)).toEqual([]);
    await eventually('the fence is told', () =>
      eventsOf(1).some(
        ({ kind, generation, current }) => kind === 'aurora.fenced' && generation === 1 && current === 2,
      ),
    );
  });

  it('give a stopped reader no say: the writer stays, and the reader serves nothing old when it goes on', async () => {
    const [, reader] = await startBoth();
    const [toWriter, toReader] = [await pair.connect(1), await pair.connect(2)];
    await put(toWriter, 'r', 'old');
    reader.signal('SIGSTOP');
    const late = get(toReader, 'r');
    await put(toWriter, 'r', 'new');
    reader.signal('SIGCONT');
    expect(await late).toMatchObject({ value: 'new' });
    await pair.becomes(2, 'reader');
    expect(await toWriter.call<AuroraStatus>('status', {})).toMatchObject({ role: 'writer', generation: 1 });
  });

  it('change roles when asked to, and fence the former writer', async () => {
    await startBoth();
    const [one, two] = [await pair.connect(1), await pair.connect(2)];
    await put(one, 'r', 'before');
    expect(await two.call('promote', {})).toEqual({ address: 'a/aurora/2', role: 'writer', generation: 2 });
    await expect(put(one, 'r', 'lost')).rejects.toMatchObject({ code: 'not-writer' });
    await pair.becomes(1, 'reader');
    await put(two, 'r', 'after');
    expect(await get(one, 'r')).toMatchObject({ value: 'after', version: 2 });
    expect(await two.call('promote', {})).toMatchObject({ role: 'writer', generation: 2 });
  });

  it('stay as they are where the reader alone is cut off, until the writer stops', async () => {
    const [nowhere] = await freeEndpoints(1);
    const silent = await serveFramed({
      listen: nowhere!,
      token: 'secret',
      handlers: { status: () => new Promise(() => {}) },
    });
    const writer = await pair.start(1);
    await pair.becomes(1, 'writer');
    await pair.start(2, nowhere);
    await pair.becomes(2, 'reader');
    const client = await pair.connect(1);
    for (let n = 0; n < 25; n++) {
      await put(client, 'r', n);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(await pair.status(1)).toMatchObject({ role: 'writer', generation: 1 });
    expect(await pair.status(2)).toMatchObject({ role: 'reader', generation: 1 });
    writer.signal('SIGSTOP');
    await pair.becomes(2, 'writer');
    await silent.close();
  });

  it('take refusals of before for nothing, once the other has raised the generation', async () => {
    await pair.start(1);
    await pair.becomes(1, 'writer');
    const client = await pair.connect(1);
    // Nobody has listened there: by now it was refused more than once.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const role = { address: 'a/aurora/2', role: 'writer', generation: 2 };
    const peer = await serveFramed({ listen: pair.endpoints[1]!, token: 'secret', handlers: { status: () => role } });
    const storage = new SqliteStorage(pair.volume);
    expect(storage.raise(2)).toBe(true);
    storage.make(2, seedTenants);
    await expect(put(client, 'r', 1)).rejects.toMatchObject({ code: 'not-writer' });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(await pair.status(1)).toMatchObject({ role: 'reader', generation: 2 });
    await peer.close();
  });

  it('take a copy that lasts long for no silence: who made it is given time to say that it writes', async () => {
    let busy = false;
    const role = { address: 'a/aurora/2', role: 'reader', generation: 1 };
    const peer = await serveFramed({
      listen: pair.endpoints[1]!,
      token: 'secret',
      handlers: { status: () => (busy ? new Promise(() => {}) : role) },
    });
    await pair.start(1);
    await pair.becomes(1, 'writer');
    const storage = new SqliteStorage(pair.volume);
    busy = true;
    expect(storage.raise(2)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    storage.make(2, seedTenants);
    await pair.becomes(1, 'reader');
    expect((await pair.status(1))?.generation).toBe(2);
    expect(eventsOf(1).filter(({ kind, role }) => kind === 'aurora.role' && role === 'writer')).toHaveLength(1);
    await peer.close();
  });

  it('lose no acknowledged write when roles are changed under load', async () => {
    await startBoth();
    const clients = [await pair.connect(1), await pair.connect(2)] as const;
    const acknowledged: string[] = [];
    for (let round = 0; round < 4; round++) {
      const [from, to] = round % 2 === 0 ? clients : ([clients[1], clients[0]] as const);
      const writing = writeOn(from, 32, `round${round}-`);
      await eventually('writes are acknowledged', () => writing.acknowledged.length > 100);
      await to.call('promote', {}, null);
      await writing.ended;
      acknowledged.push(...writing.acknowledged);
      expect(await missing(to, acknowledged)).toEqual([]);
      await pair.becomes(round % 2 === 0 ? 1 : 2, 'reader');
    }
  });

  it('tell their role on connecting and at every change', async () => {
    await startBoth();
    const told: unknown[] = [];
    const listening = new FramedClient({
      connect: pair.parts.find((part) => part.config.address === 'a/aurora/2')!.config.listen!,
      token: 'secret',
      reconnect: true,
      onNotify: (method, role) => told.push([method, role]),
    });
    await eventually('told on connecting', () => told.length === 1);
    await listening.call('promote', {});
    await eventually('told of the change', () => told.length === 2);
    listening.close();
    expect(told).toEqual([
      ['role', { address: 'a/aurora/2', role: 'reader', generation: 1 }],
      ['role', { address: 'a/aurora/2', role: 'writer', generation: 2 }],
    ]);
  });
});
