import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { PartStatus, Status } from '../../sim/state/status.ts';

/** Docker's own command line, as a person at a second terminal has it. */
export async function docker(...words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('docker', words, { timeout: 60_000, maxBuffer: 16 * 1024 * 1024 });
  return stdout.trim();
}

export async function hasDocker(): Promise<boolean> {
  return docker('version', '--format', '{{.Server.Version}}').then(
    () => true,
    () => false,
  );
}

/** The ids of the containers of a cell, or of one part. */
export function containersOf(status: Status, target: string): string[] {
  const parts: PartStatus[] = status.cells.flatMap((cell) => [...cell.components]);
  const own = parts.filter(({ address }) => address === target || address.startsWith(`${target}/`));
  return own.flatMap(({ containerId, state }) => (containerId === null || state !== 'running' ? [] : [containerId]));
}

/** The networks that a container stands on, with the names that it has there. */
export async function networksOf(
  container: string,
): Promise<readonly { network: string; aliases: readonly string[] }[]> {
  const text = await docker('inspect', '--format', '{{json .NetworkSettings.Networks}}', container);
  const networks = JSON.parse(text) as Record<string, { Aliases: string[] | null }>;
  return Object.entries(networks).map(([network, { Aliases }]) => ({ network, aliases: Aliases ?? [] }));
}

/** Everything on the engine that carries Petri's label for this world, running or not. */
export async function leftOf(kind: 'container' | 'network', project: string): Promise<readonly string[]> {
  const filter = ['--filter', `label=dev.petri.project=${project}`, '--quiet'];
  const out = await docker(kind, 'ls', ...(kind === 'container' ? ['--all'] : []), ...filter);
  return out === '' ? [] : out.split('\n');
}

/**
 * The networks that Petri has left, once its own sweep is over. One that nobody can remove is the engine's: now and then it loses
 * count when several containers end at once, and says that something stands on a network while nothing does (moby/moby#42119).
 */
export async function networksLeftOf(project: string): Promise<readonly string[]> {
  const ids = await leftOf('network', project);
  const stuck = await Promise.all(ids.map(isStuck));
  return ids.filter((_, index) => !stuck[index]);
}

async function isStuck(network: string): Promise<boolean> {
  const refusal = await docker('network', 'rm', network).then(() => null, String);
  if (refusal === null || !refusal.includes('has active endpoints')) return false;
  return (await docker('network', 'inspect', '--format', '{{len .Containers}}', network)) === '0';
}
