import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type Dockerode from 'dockerode';
import { ask, askUnless } from './engine-call.ts';
import { labelNames } from './names.ts';
import { freeSubnets, routedSubnets, type Subnet } from './subnets.ts';

export interface NetworkWish {
  readonly name: string;
  /** Without a way out, and without ports that could be published. */
  readonly isInternal: boolean;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * The bridge of an internal network has an address all the same, and behind it is the host with everything that it serves there
 * (tried on 20.10): a cell's bridge gets none.
 */
export const cellBridge: Readonly<Record<string, string>> = { 'com.docker.network.bridge.inhibit_ipv4': 'true' };

/** How often subnets are chosen before the reason is told: another world may take one in between. */
const triesMax = 5;

/**
 * Makes networks whose subnets are written down. Only there does the engine give a container its old address back, without which
 * its open connections would hang for ever after it was cut off and connected again. The subnets are chosen here, from
 * 10.0.0.0/8: an engine has some thirty to give, which a machine with many Compose projects uses up, and would have to make each
 * network once only to say which it gives. Where nothing there is free, as behind a VPN that routes all of it, the engine chooses.
 */
export async function makeNetworks(docker: Dockerode, all: readonly NetworkWish[]): Promise<void> {
  const stuck = await Promise.all(all.map((wish) => isStuck(docker, wish)));
  const wishes = all.filter((_, index) => !stuck[index]);
  for (let left = triesMax - 1; ; left--) {
    try {
      const subnets = (await chosenHere(docker, wishes.length)) ?? (await chosenByEngine(docker, wishes));
      await each(wishes, (wish, index) => create(docker, wish, subnets[index] ?? null));
      return;
    } catch (error) {
      await each(wishes, ({ name }) => remove(docker, name).catch(() => {}));
      if (left === 0 || !/overlaps/.test((error as Error).message)) throw error;
    }
  }
}

/** Neither what the engine has given away nor what this machine stands in or has a route to; null where there are too few. */
async function chosenHere(docker: Dockerode, count: number): Promise<readonly Subnet[] | null> {
  const networks = await ask('list networks', docker.listNetworks());
  const given = networks.flatMap(({ IPAM }) => (IPAM?.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []));
  const own = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).flatMap(({ cidr }) => cidr ?? []));
  const chosen = freeSubnets([...given, ...own, ...routes()], count, Math.floor(Math.random() * 2 ** 16));
  return chosen.length < count ? null : chosen;
}

/** Each network is made, looked at, and removed again. */
async function chosenByEngine(docker: Dockerode, wishes: readonly NetworkWish[]): Promise<readonly (Subnet | null)[]> {
  await each(wishes, (wish) => create(docker, wish, null));
  const subnets = await Promise.all(wishes.map(({ name }) => subnetOf(docker, name)));
  await each(wishes, ({ name }) => remove(docker, name));
  return subnets;
}

/** Empty where the system is not Linux. */
function routes(): Subnet[] {
  try {
    return routedSubnets(readFileSync('/proc/net/route', 'utf8'));
  } catch {
    return [];
  }
}

/** Waits for all, also where one fails: what is still being made could not be removed yet. Rejects with the first failure. */
async function each(wishes: readonly NetworkWish[], work: (wish: NetworkWish, index: number) => Promise<void>) {
  const ends = await Promise.allSettled(wishes.map(work));
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** One of ours that the engine would not remove though nothing stands on it (see `SweepOutcome.stuck`): it is as good as new. */
async function isStuck(docker: Dockerode, { name, isInternal, labels }: NetworkWish): Promise<boolean> {
  const facts = await askUnless([404], `look at the network ${name}`, docker.getNetwork(name).inspect());
  if (!facts || facts.Labels?.[labelNames.project] !== labels[labelNames.project]) return false;
  return facts.Internal === isInternal && Object.keys(facts.Containers ?? {}).length === 0;
}

async function create(
  docker: Dockerode,
  { name, isInternal, labels }: NetworkWish,
  subnet: string | null,
): Promise<void> {
  const ipam = subnet === null ? {} : { IPAM: { Driver: 'default', Config: [{ Subnet: subnet }] } };
  const options = {
    Name: name,
    Driver: 'bridge',
    Internal: isInternal,
    Options: isInternal ? { ...cellBridge } : {},
    Labels: { ...labels },
    CheckDuplicate: true,
  };
  await ask(`create the network ${name}`, docker.createNetwork({ ...options, ...ipam }));
}

async function subnetOf(docker: Dockerode, name: string): Promise<string | null> {
  const facts = (await ask(`look at the network ${name}`, docker.getNetwork(name).inspect())) as {
    readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string }[] };
  };
  return facts.IPAM?.Config?.[0]?.Subnet ?? null;
}

/** Only ever what was created here a moment ago: the name carries the project's own mark. */
async function remove(docker: Dockerode, name: string): Promise<void> {
  await askUnless([404], `remove the network ${name}`, docker.getNetwork(name).remove());
}
