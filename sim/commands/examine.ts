import { statfs } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { findEngine } from '../../cells/sqs/engine.ts';
import { isSame } from '../substrate/process/identity.ts';
import { canBind } from '../substrate/process/free-ports.ts';
import { readLedger } from '../supervisor/ledger.ts';
import { sweepDeadWorld } from '../supervisor/orphans.ts';
import { findWorld, listWorlds, stateRoot } from '../supervisor/state-folder.ts';
import { examineDocker } from './examine-docker.ts';
import { connectTo } from './live-world.ts';

/** `missing`: no world can be grown without it. `note`: worth knowing, with what to do. */
export interface Finding {
  readonly subject: 'Node' | 'engine' | 'Docker' | 'memory' | 'disk' | 'ports' | 'world';
  readonly level: 'ok' | 'note' | 'missing';
  readonly text: string;
  /** What to type to mend it; null where there is nothing to type. */
  readonly type: string | null;
  /** How many cells it allows, where it bounds that. */
  readonly cells?: number;
}

const MiB = 1024 * 1024;
/** Measured: about 700 MiB for the three cells of the default world and what stands outside them. */
const cellBytes = 230 * MiB;
const diskBytesMin = 500 * MiB;
const defaultPort = 8080;

/** Looks at everything that a world needs. With `fix`, ends what dead worlds left behind. */
export async function examine(fix: boolean): Promise<readonly Finding[]> {
  const one = [
    examineNode(),
    await examineEngine(),
    await examineDocker(),
    examineMemory(),
    await examineDisk(),
    await examinePorts(),
  ];
  const worlds = await Promise.all(listWorlds().map((name) => examineWorld(name, fix)));
  return [...one, ...worlds.flat()];
}

/** The last line: what this machine can run, what is missing, what to type. */
export function conclude(findings: readonly Finding[]): string {
  const missing = findings.filter((finding) => finding.level === 'missing');
  if (missing.length > 0) {
    const types = missing.flatMap((finding) => finding.type ?? []);
    return `This machine cannot grow a world yet; missing: ${missing.map((finding) => finding.subject).join(', ')}; ${types.length > 0 ? `type: ${types.join(' && ')}` : 'see above'}.`;
  }
  const cells = Math.min(24, ...findings.flatMap((finding) => finding.cells ?? []));
  const toMend = findings.flatMap((finding) =>
    finding.level === 'note' && finding.type !== null ? [finding.type] : [],
  );
  const type = toMend[0] ?? (cells >= 3 ? 'petri up' : `petri up --cells ${cells}`);
  return `This machine can run worlds of up to ${cells} cells on processes; missing: nothing; type: ${type}.`;
}

function examineNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isNew = major > 22 || (major === 22 && minor >= 14);
  const text = `${process.versions.node} at ${process.execPath}${isNew ? '' : ', and 22.14 is needed'}`;
  return { subject: 'Node', level: isNew ? 'ok' : 'missing', text, type: isNew ? null : 'npm run setup' };
}

async function examineEngine(): Promise<Finding> {
  const engine = await findEngine();
  const text =
    engine.kind === 'redis'
      ? `${engine.name} ${engine.version} at ${engine.executable}`
      : 'no Redis or Valkey 6.2 or newer on PATH: the embedded engine is used (up to about 40 jobs/s a cell, empty after a kill)';
  return { subject: 'engine', level: 'ok', text, type: null };
}

function examineMemory(): Finding {
  const free = availableBytes();
  const cells = Math.floor(free / cellBytes);
  const text = `${gib(free)} of ${gib(totalmem())} free, ${availableParallelism()} cores`;
  return { subject: 'memory', level: cells >= 1 ? 'ok' : 'missing', text, type: null, cells: Math.max(0, cells) };
}

/** Linux counts what it would give back as used: `MemAvailable` is the honest figure. */
function availableBytes(): number {
  try {
    const match = /^MemAvailable:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'));
    return match ? Number(match[1]) * 1024 : freemem();
  } catch {
    return freemem();
  }
}

async function examineDisk(): Promise<Finding> {
  let folder = stateRoot();
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const isEnough = free >= diskBytesMin;
  const text = `${gib(free)} free for ${stateRoot()}${isEnough ? '' : `, and ${gib(diskBytesMin)} is needed`}`;
  return { subject: 'disk', level: isEnough ? 'ok' : 'missing', text, type: null };
}

async function examinePorts(): Promise<Finding> {
  const isFree = await canBind(defaultPort);
  const text = isFree ? `${defaultPort} is free` : `${defaultPort} is taken: a router takes the next free one`;
  return { subject: 'ports', level: 'ok', text, type: null };
}

async function examineWorld(name: string, fix: boolean): Promise<readonly Finding[]> {
  const say = (level: Finding['level'], text: string, type: string | null = null): readonly Finding[] => [
    { subject: 'world', level, text: `${name} ${text}`, type },
  ];
  try {
    const folder = findWorld(name);
    if (!folder) return [];
    const live = await connectTo(folder);
    live?.close();
    if (live) return say('ok', 'is up');
    const { world, ended } = readLedger(folder.ledger);
    if (!world || ended) return say('ok', 'is down; its data is kept');
    if (isSame(world.pid, world.startTime))
      return say(
        'note',
        `has a supervisor (process ${world.pid}) that does not answer`,
        `kill -9 ${world.pid} && petri doctor --fix`,
      );
    if (!fix) return say('note', 'was left behind by a supervisor that died', 'petri doctor --fix');
    const swept = await sweepDeadWorld(folder);
    const left = swept.kind === 'swept' ? swept.left : [];
    if (left.length > 0) return say('note', `still has ${left.join(', ')}, which would not end`);
    return say(
      'ok',
      `was left behind by a supervisor that died; ended ${swept.kind === 'swept' ? swept.killed.length : 0} parts`,
    );
  } catch (error) {
    return say('note', `cannot be read: ${(error as Error).message}`);
  }
}

function gib(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
