import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectFramed, type FramedClient } from '../../../cells/protocol/client.ts';
import { serveFramed, type FramedServer } from '../../../cells/protocol/server.ts';
import { defaultCellPolicies } from '../../../cells/policies.ts';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { CellMap } from '../../../router/cell-map.ts';
import { freePorts } from '../../../sim/substrate/process/free-ports.ts';
import { ProcessSubstrate } from '../../../sim/substrate/process/process-substrate.ts';
import type { PartSpec, Program } from '../../../sim/world/part.ts';
import { eventually } from '../../support/until.ts';

const token = 'secret';
const controlPoliciesOfTest = { placement: 'least-loaded', admission: true, movesInFlight: 2, evacuateMaxRatio: 0.34 };
const root = join(import.meta.dirname, '../../..');
const programs: Partial<Record<Program, string>> = {
  control: 'sim/pilot/main.ts',
  aurora: 'cells/aurora/main.ts',
  dynamodb: 'cells/dynamodb/main.ts',
};

describe('control', () => {
  let folder: string;
  let substrate: ProcessSubstrate;
  let parts: Record<'map' | 'a/aurora/1' | 'b/aurora/1' | 'a/dynamodb' | 'b/dynamodb' | 'control', PartSpec>;
  let control: FramedClient;
  let routerAt: Endpoint;
  let router: FramedServer | null = null;
  const pushed: CellMap[] = [];

  /** A router as far as control sees one: it takes maps. */
  const startRouter = async () => {
    const take = ({ map }: { map: CellMap }) => {
      pushed.push(map);
      return { accepted: true, version: map.version, reason: null };
    };
    router = await serveFramed({ listen: routerAt, token, handlers: { 'map.push': take } });
  };
  const refusal = (method: string, args: unknown) =>
    control.call(method, args, 10_000).then(
      (result) => ({ code: 'none', message: JSON.stringify(result) }),
      ({ code, message }: { code: string; message: string }) => ({ code, message }),
    );
  const ask = async <T>(address: keyof typeof parts, method: string, args: unknown): Promise<T> => {
    const { run } = parts[address];
    if (!('config' in run) || !run.config.listen) throw new Error(`${address} serves nobody`);
    const client = await connectFramed({ connect: run.config.listen, token });
    try {
      return await client.call<T>(method, args);
    } finally {
      client.close();
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'petri-control-'));
    const ports = [...(await freePorts(7, folder))];
    const at = (): Endpoint => ({ host: '127.0.0.1', port: ports.pop() ?? 0 });
    const spec = (address: string, program: Program, settings: object, more: object): PartSpec => ({
      address,
      kind: 'web',
      cell: null,
      index: null,
      volume: null,
      size: { cpus: 1, memoryBytes: 2 ** 29 },
      run: {
        program,
        config: {
          world: 'test',
          address,
          cell: null,
          token,
          listen: at(),
          admin: null,
          eventsFile: join(folder, 'events', `${address.replaceAll('/', '.')}.ndjson`),
          volume: join(folder, 'volumes', address.replaceAll('/', '.')),
          upstreams: {},
          settings,
          ...more,
        },
      },
    });
    const listenOf = ({ run }: PartSpec) => ('config' in run ? [run.config.listen] : []);
    const seed = [
      { table: 'tenants', key: 't01', item: { cell: 'a', epoch: 3, override: null } },
      { table: 'meta', key: 'map', item: { version: 1 } },
    ];
    const neighbours = {
      map: spec('map', 'dynamodb', { seed }, {}),
      'a/aurora/1': spec('a/aurora/1', 'aurora', { seedTenants: [{ id: 't01', epoch: 3 }], failoverMs: 500 }, {}),
      'b/aurora/1': spec('b/aurora/1', 'aurora', { seedTenants: [], failoverMs: 500 }, {}),
      'a/dynamodb': spec('a/dynamodb', 'dynamodb', { seed: [] }, {}),
      'b/dynamodb': spec('b/dynamodb', 'dynamodb', { seed: [] }, {}),
    };
    routerAt = at();
    const upstreams = {
      map: listenOf(neighbours.map),
      routers: [routerAt],
      'aurora.a': listenOf(neighbours['a/aurora/1']),
      'aurora.b': listenOf(neighbours['b/aurora/1']),
      'dynamodb.a': listenOf(neighbours['a/dynamodb']),
      'dynamodb.b': listenOf(neighbours['b/dynamodb']),
    };
    const settings = {
      replaceAfterMs: 2000,
      desired: { 'a/web': 2 },
      cells: ['a', 'b'],
      maxTenants: 2,
      xlIdleMs: 5000,
      policies: controlPoliciesOfTest,
      seed: 7,
    };
    const admin = at();
    parts = { ...neighbours, control: spec('control', 'control', settings, { listen: null, admin, upstreams }) };
    substrate = new ProcessSubstrate({
      stateFolder: folder,
      token,
      programPath: (program) => join(root, programs[program as Program] ?? ''),
      nodePath: process.execPath,
      onSpawn: () => {},
    });
    await startRouter();
    await Promise.all(Object.values(parts).map((part) => substrate.start(part)));
    control = await connectFramed({ connect: admin, token });
    await eventually('the first map', () => pushed.length > 0);
  });
  afterAll(async () => {
    control?.close();
    await router?.close();
    await substrate?.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  it('knows the map from its store, and makes up one before it', async () => {
    const map = { version: 1, tenants: { t01: { cell: 'a', epoch: 3, override: null } } };
    expect(pushed.at(-1)).toEqual(map);
    expect(await control.call('map', { which: 'current' })).toEqual(map);
    expect(await control.call('map', { which: 'previous' })).toEqual({ ...map, version: 0 });
    const status = { desired: { 'a/web': 2 }, mapVersion: 1, mapReachable: true };
    expect(await control.call('status', {})).toEqual(status);
  });

  it('adds a tenant to the cell, then the map, then the routers; a second time changes nothing', async () => {
    await eventually('a writer in b', async () => {
      const { role } = await ask<{ role: string }>('b/aurora/1', 'status', {});
      return role === 'writer';
    });
    const t02 = { id: 't02', cell: 'b', epoch: 1, override: null };
    expect(await control.call('tenant.add', { tenant: 't02', cell: null })).toEqual(t02);
    expect(pushed.at(-1)).toMatchObject({ version: 2, tenants: { t02: { cell: 'b', epoch: 1 } } });
    const read = { name: 'tenant.get', args: { tenant: 't02' } };
    expect(await ask('b/aurora/1', 'read', read)).toEqual({ kind: 'ok', epoch: 1, residence: 'home' });
    expect(await control.call('tenant.add', { tenant: 't02', cell: 'b' })).toEqual(t02);
    expect(pushed.at(-1)?.version).toBe(2);
    expect(await control.call('map', { which: 'previous' })).toMatchObject({ version: 1 });
  });

  it('refuses what cannot be, in words', async () => {
    expect(await refusal('tenant.add', { tenant: 'T!', cell: null })).toMatchObject({ code: 'usage' });
    const nowhere = await refusal('tenant.add', { tenant: 't03', cell: 'z' });
    expect(nowhere).toEqual({ code: 'usage', message: 'there is no cell z: choose one of a, b' });
    const moved = await refusal('tenant.add', { tenant: 't01', cell: 'b' });
    expect(moved).toMatchObject({ code: 'usage', message: expect.stringContaining('t01 already lives in cell a') });
    expect(await refusal('tenant.override', { tenant: 't99', override: 'pinned' })).toMatchObject({ code: 'usage' });
    expect(await refusal('scale', { cell: 'a', service: 'alb', count: 2 })).toMatchObject({ code: 'usage' });
    expect(await refusal('scale', { cell: 'a', service: 'web', count: -1 })).toMatchObject({ code: 'usage' });
  });

  it('adds nobody while the cell does not answer, and the same words work once it does', async () => {
    await substrate.kill('a/aurora/1');
    const refused = await refusal('tenant.add', { tenant: 't03', cell: 'a' });
    expect(refused).toMatchObject({ code: 'unavailable', message: expect.stringContaining('cell a cannot take t03') });
    expect(await control.call('map', { which: 'current' })).toMatchObject({ version: 2 });
    await substrate.start(parts['a/aurora/1']);
    await eventually(
      'the tenant',
      async () => (await refusal('tenant.add', { tenant: 't03', cell: 'a' })).code === 'none',
    );
  });

  it('never goes beyond the fixed maximum, also when many come at once', async () => {
    const adds = ['t04', 't05', 't06'].map((tenant) => refusal('tenant.add', { tenant, cell: null }));
    const codes = (await Promise.all(adds)).map(({ code }) => code);
    expect(codes).toEqual(['none', 'usage', 'usage']);
    expect(pushed.at(-1)).toMatchObject({ version: 4, tenants: { t03: { cell: 'a' }, t04: { cell: 'b' } } });
    expect(await refusal('tenant.add', { tenant: 't07', cell: 'b' })).toEqual({
      code: 'usage',
      message: 'cell b has the maximum of 2 tenants, so t07 has no place',
    });
  });

  it('keeps the override table', async () => {
    const t01 = { id: 't01', cell: 'a', epoch: 3 };
    const quarantine = { tenant: 't01', override: 'quarantined' };
    expect(await control.call('tenant.override', quarantine)).toEqual({ ...t01, override: 'quarantined' });
    expect(pushed.at(-1)).toMatchObject({ version: 5, tenants: { t01: { override: 'quarantined' } } });
    await control.call('tenant.override', quarantine);
    expect(pushed.at(-1)?.version).toBe(5);
    expect(await control.call('tenant.override', { tenant: 't01', override: null })).toEqual({
      ...t01,
      override: null,
    });
  });

  it('counts tasks as asked, and says what is missing', async () => {
    const addresses = ['a/web/1', 'a/web/2', 'a/web/3'];
    expect(await control.call('scale', { cell: 'a', service: 'web', count: 3 })).toEqual({ addresses });
    const part = (address: string) => ({ address, state: 'running', sinceMs: 0 });
    const observation = { nowMs: 1, parts: [part('a/web/1'), part('a/web/2')], held: [], queues: {} };
    const actions = [{ kind: 'start', address: 'a/web/3', why: 'scale' }];
    expect(await control.call('observe', observation)).toEqual({ actions });
  });

  it('brings policies into every cell, later into one that is down now', async () => {
    await substrate.kill('b/dynamodb');
    const cell = { ...defaultCellPolicies, dispatch: 'lifo' };
    await control.call('policies.set', { cell, control: controlPoliciesOfTest }, 5000);
    const where = { table: 'config', key: 'policies' };
    expect(await ask('a/dynamodb', 'get', where)).toEqual({ item: cell });
    await substrate.start(parts['b/dynamodb']);
    await eventually('the policies in b', async () => {
      const { item } = await ask<{ item: { dispatch: string } | null }>('b/dynamodb', 'get', where);
      return item?.dispatch === 'lifo';
    });
  });

  it('hands the map at once to a router that comes back', async () => {
    await router?.close();
    pushed.length = 0;
    await startRouter();
    await eventually('a push', () => pushed.length > 0, 2000);
    expect(pushed[0]?.version).toBe(6);
  });

  it('says that the cell or the map does not answer, and goes on when they do', async () => {
    await substrate.kill('map');
    const without = await refusal('tenant.override', { tenant: 't01', override: 'pinned' });
    expect(without).toMatchObject({ code: 'unavailable', message: expect.stringContaining('the map does not answer') });
    expect(await control.call('status', {})).toMatchObject({ mapVersion: 6, mapReachable: false });
    expect(await control.call('map', { which: 'current' })).toMatchObject({ version: 6 });
    await substrate.start(parts.map);
    await eventually('the override', async () => {
      const { code } = await refusal('tenant.override', { tenant: 't01', override: 'pinned' });
      return code === 'none';
    });
  });
});
