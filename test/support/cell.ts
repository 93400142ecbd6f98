import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { CellPolicies } from '../../cells/policies.ts';
import { defaultCellPolicies } from '../../cells/policies.ts';
import type { Endpoint, PartConfig } from '../../cells/runtime/part-config.ts';
import type { Event } from '../../cells/runtime/events.ts';
import { findEngine, prepareRedis } from '../../cells/sqs/engine.ts';
import type { WebSettings } from '../../cells/web/contract.ts';

import { eventually } from './until.ts';
import { freeEndpoints, partConfig, removeFolder, startPart, temporaryFolder } from './part-process.ts';

/** What a test does with a part: kill it, hold it, let it go on, start it again. */
export interface CellPart {
  readonly address: string;
  readonly endpoint: Endpoint | null;
  signal(signal: NodeJS.Signals): void;
  kill(): Promise<void>;
  /** Nothing where it runs already. */
  start(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Cell {
  readonly folder: string;
  readonly sqs: Endpoint;
  readonly queuePassword: string | null;
  part(address: string): CellPart;
  /** One request as the router would send it: tenant `t01`, the right cell and epoch, unless told otherwise. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** What a part recorded of one kind, over all its lives. */
  events(address: string, kind: string): Event[];
  /** Undoes what a test did to the parts: all run but the idle ones. */
  restore(): Promise<void>;
  stop(): Promise<void>;
}

export interface CellOptions {
  readonly engine: 'redis' | 'embedded';
  readonly policies?: Partial<CellPolicies>;
  readonly quotas?: Record<string, unknown>;
  readonly auroraTimeoutMs?: number;
  readonly workers?: readonly string[];
  /** Parts that run only while a test wants them. */
  readonly idle?: readonly string[];
  /** How many web tasks; requests go to them in turn. */
  readonly webs?: number;
}

/** Waits for longer than a quiet machine ever needs: a busy one is slow, and that is no failure of what is tested. */
export function soon<T>(what: string, look: () => T | Promise<T>): Promise<Exclude<T, false | null | undefined>> {
  return eventually(what, look, 25_000);
}

export const token = 'world-secret';
export const xlAbove = 1000;

/** Engines that this machine can run: the embedded one always, a real one where it is on PATH. */
export async function enginesHere(): Promise<('redis' | 'embedded')[]> {
  return (await findEngine()).kind === 'redis' ? ['embedded', 'redis'] : ['embedded'];
}

/** A whole cell on real processes: two Aurora instances, DynamoDB, the engine, its web tasks and workers. */
export async function startCell(options: CellOptions): Promise<Cell> {
  const folder = temporaryFolder();
  const volume = (name: string) => join(folder, 'volumes', name);
  const webs = await freeEndpoints(options.webs ?? 1);
  const [aurora1, aurora2, dynamodb, sqs] = (await freeEndpoints(4)) as [Endpoint, Endpoint, Endpoint, Endpoint];
  const embedded = options.engine === 'embedded';
  const policies: CellPolicies = { ...defaultCellPolicies, visibilityMs: 1000, ...options.policies };
  const settings: WebSettings = {
    xlAbove,
    policies,
    auroraTimeoutMs: options.auroraTimeoutMs ?? 2000,
    queuePassword: embedded ? null : token,
    queueEmbedded: embedded,
  };
  const upstreams = { aurora: [aurora1, aurora2], dynamodb: [dynamodb], sqs: [sqs] };
  const seedTenants = ['t01', 't02'].map((id) => ({ id, epoch: 3 }));
  const aurora = (address: string, listen: Endpoint, peer: Endpoint) =>
    program('cells/aurora/main.ts', {
      address,
      listen,
      volume: volume('aurora'),
      upstreams: { peer: [peer] },
      settings: { seedTenants, failoverMs: 500 },
    });
  const worker = (queue: 'standard' | 'xl') => (address: string) =>
    program('cells/worker/main.ts', {
      address,
      listen: null,
      volume: volume('cell'),
      upstreams,
      settings: { ...settings, queue, concurrency: 4 },
    });
  const seed = [
    { table: 'config', key: 'policies', item: policies },
    { table: 'config', key: 'quotas', item: options.quotas ?? { default: 250, tenants: {} } },
  ];

  function program(
    file: string,
    part: Pick<PartConfig, 'address' | 'listen' | 'settings'> & Partial<PartConfig>,
  ): CellPart {
    const config = partConfig(folder, { token, ...part });
    let running: Awaited<ReturnType<typeof startPart>> | null = null;
    return {
      address: part.address,
      endpoint: part.listen,
      signal: (signal) => running?.signal(signal),
      async kill() {
        await running?.kill();
        running = null;
      },
      async start() {
        running ??= await startPart(file, folder, config);
      },
    };
  }

  const parts = new Map<string, CellPart>();
  const add = (part: CellPart) => parts.set(part.address, part);
  add(aurora('a/aurora/1', aurora1, aurora2));
  add(aurora('a/aurora/2', aurora2, aurora1));
  add(
    program('cells/dynamodb/main.ts', {
      address: 'a/dynamodb',
      listen: dynamodb,
      volume: volume('dynamodb'),
      settings: { seed },
    }),
  );
  add(
    embedded
      ? program('cells/sqs/main.ts', { address: 'a/sqs', listen: sqs, settings: {} })
      : redis('a/sqs', sqs, volume('sqs')),
  );
  for (const [index, listen] of webs.entries()) {
    add(program('cells/web/main.ts', { address: `a/web/${index + 1}`, listen, upstreams, settings }));
  }
  for (const address of options.workers ?? ['a/worker/1'])
    add(worker(address.startsWith('a/xl') ? 'xl' : 'standard')(address));
  const stop = async () => {
    await Promise.all([...parts.values()].map((part) => part.kill()));
    removeFolder(folder);
  };
  const idle = new Set(options.idle);
  const restore = async () => {
    for (const part of parts.values()) part.signal('SIGCONT');
    await Promise.all([...parts.values()].map((part) => (idle.has(part.address) ? part.kill() : part.start())));
  };
  try {
    await restore();
    await soon('the cell is healthy', async () =>
      (await Promise.all(webs.map(({ port }) => fetch(`http://127.0.0.1:${port}/health`)))).every(({ ok }) => ok),
    );
  } catch (error) {
    await stop();
    throw error;
  }

  let turn = 0;
  return {
    folder,
    sqs,
    queuePassword: settings.queuePassword,
    restore,
    stop,
    part(address) {
      const part = parts.get(address);
      if (!part) throw new Error(`no part ${address} in this cell`);
      return part;
    },
    async request(method, path, body, headers = {}) {
      const web = webs[turn++ % webs.length];
      const response = await fetch(`http://127.0.0.1:${web?.port}${path}`, {
        method,
        headers: { 'x-tenant-id': 't01', 'x-cell-id': 'a', 'x-cell-epoch': '3', 'x-request-id': 'r-1', ...headers },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: JSON.parse(text) as Record<string, unknown> };
    },
    events(address, kind) {
      const lines = readFileSync(join(folder, 'events', `${address.replaceAll('/', '-')}.ndjson`), 'utf8').split('\n');
      return lines
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Event)
        .filter((event) => event.kind === kind);
    },
  };
}

function redis(address: string, endpoint: Endpoint, volume: string): CellPart {
  let child: ReturnType<typeof spawn> | null = null;
  return {
    address,
    endpoint,
    signal: (signal) => child?.kill(signal),
    async kill() {
      const dying = child;
      child = null;
      if (!dying || dying.exitCode !== null) return;
      const gone = new Promise((resolve) => dying.once('exit', resolve));
      dying.kill('SIGKILL');
      await gone;
    },
    async start() {
      if (child) return;
      const engine = await findEngine();
      if (engine.kind !== 'redis') throw new Error('no Redis on PATH');
      child = spawn(engine.executable, await prepareRedis(endpoint, volume, token), { stdio: 'ignore' });
      await soon('Redis listens', () => listens(endpoint));
    },
  };
}

function listens(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(endpoint);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
