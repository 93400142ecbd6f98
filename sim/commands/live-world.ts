import { connectFramed, type FramedClient } from '../../cells/protocol/client.ts';
import { findWorld, listWorlds, type StateFolder } from '../supervisor/state-folder.ts';
import type { SupervisorMethod, SupervisorMethods } from '../supervisor/contract.ts';
import type { Invocation } from './context.ts';
import { unavailable, usage } from './failure.ts';
import { textOption } from './options.ts';
import { lastStart } from './start-file.ts';

/** A fault is proven within 30 s or reported as unproven; the answer needs a little more. */
const callMsMax = 45_000;

/** A connection to the supervisor of a world that is up. */
export interface LiveWorld {
  readonly name: string;
  readonly folder: StateFolder;
  /** Rejects with an RpcError. `timeoutMs` null waits for as long as the connection lives. */
  call<Method extends SupervisorMethod>(
    method: Method,
    args: SupervisorMethods[Method]['args'],
    timeoutMs?: number | null,
  ): Promise<SupervisorMethods[Method]['result']>;
  /** What the supervisor tells without being asked. */
  onNotify(listener: (method: string, args: unknown) => void): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Connects to the supervisor behind a folder's socket; null where none answers. */
export async function connectTo(folder: StateFolder, timeoutMs = 2000): Promise<LiveWorld | null> {
  const listeners: ((method: string, args: unknown) => void)[] = [];
  let noteClosed = () => {};
  const closed = new Promise<void>((resolve) => {
    noteClosed = resolve;
  });
  let client: FramedClient;
  try {
    client = await connectFramed(
      {
        connect: { path: folder.socket },
        token: null,
        onNotify: (method, args) => listeners.forEach((listener) => listener(method, args)),
        onDisconnect: () => noteClosed(),
      },
      timeoutMs,
    );
  } catch {
    return null;
  }
  return {
    name: folder.name,
    folder,
    call: (method, args, callTimeoutMs = callMsMax) => client.call(method, args, callTimeoutMs),
    onNotify: (listener) => void listeners.push(listener),
    closed,
    close: () => client.close(),
  };
}

/** The world that a command is about: the one named, else the only one that is up. */
export async function connectWorld(name: string | null): Promise<LiveWorld> {
  return name === null ? connectOnly() : connectNamed(name);
}

/** Connects, does something with the world, and lets go of it whatever happens. */
export async function withWorld<T>(invocation: Invocation, work: (world: LiveWorld) => Promise<T>): Promise<T> {
  const world = await connectWorld(textOption(invocation.options, 'name'));
  try {
    return await work(world);
  } finally {
    world.close();
  }
}

/** Every world that is up. */
export async function connectAll(): Promise<readonly LiveWorld[]> {
  const connected = await Promise.all(foldersOfWorlds().map((folder) => connectTo(folder)));
  return connected.filter((world) => world !== null);
}

/** The folders that this version can read. One of another format is no reason to fail here: naming it says so. */
export function foldersOfWorlds(): readonly StateFolder[] {
  return listWorlds().flatMap((name) => {
    try {
      return findWorld(name) ?? [];
    } catch {
      return [];
    }
  });
}

async function connectNamed(name: string): Promise<LiveWorld> {
  const folder = findWorld(name);
  const world = folder && (await connectTo(folder));
  if (world) return world;
  await sweepWhatDied();
  const up = await connectAll();
  up.forEach((other) => other.close());
  const others = up.length === 0 ? 'no world is up' : `up: ${up.map((other) => other.name).join(', ')}`;
  unavailable(`there is no world ${name} up (${others}); petri up --name ${name} grows one`);
}

async function connectOnly(): Promise<LiveWorld> {
  const up = await connectAll();
  if (up.length === 1) return up[0]!;
  up.forEach((world) => world.close());
  if (up.length > 1)
    usage(`several worlds are up (${up.map((world) => world.name).join(', ')}): say which with --name`);
  const died = await sweepWhatDied();
  const composed = died.flatMap((folder) => lastStart(folder)?.docker?.attached?.project ?? []);
  if (composed.length > 0)
    unavailable(
      `the supervisor of ${composed.join(', ')} had died, and its containers go on: petri attach ${composed[0]} takes them over again`,
    );
  if (died.length > 0)
    unavailable(
      `the supervisor of ${died.map(({ name }) => name).join(', ')} had died; what it left was ended, its data is kept: petri up grows it again`,
    );
  unavailable('no world is up; petri up grows one');
}

/** A command that looks for a world heals what a dead one left. Returns the folders of those that it found so. */
async function sweepWhatDied(): Promise<readonly StateFolder[]> {
  const { sweepDeadWorld } = await import('../supervisor/orphans.ts');
  const results = await Promise.all(
    foldersOfWorlds().map(async (folder) => ({ folder, result: await sweepDeadWorld(folder) })),
  );
  return results.filter(({ result }) => result.kind === 'swept').map(({ folder }) => folder);
}
