import type { Plan, Service } from '../world/plan.ts';
import type { AdminConnections } from './admin.ts';
import type { Parts } from './parts.ts';

/** A task that is scaled away has this long to finish, in milliseconds. */
const taskEndsWithinMs = 10_000;
const lookEveryMs = 100;

export interface ScalingPorts {
  readonly admin: AdminConnections;
  readonly parts: Parts;
  readonly plan: () => Plan;
  /** From now on so many of each service are kept. */
  readonly want: (desired: Readonly<Record<string, number>>) => void;
  /** In the world's own time. */
  readonly wait: (ms: number) => Promise<void>;
}

/**
 * Changes how many tasks a service has; the addresses of those that will be. What is added is connected first and then asked;
 * what goes is asked no more, then ended, then cut off. Where control cannot be asked, everything is as before.
 */
export async function scaleService(
  ports: ScalingPorts,
  cell: string,
  service: Service,
  count: number,
): Promise<readonly string[]> {
  const { admin, plan, want } = ports;
  const before = plan().desired();
  const fewer = count < (before[`${cell}/${service}`] ?? 0);
  want({ ...before, [`${cell}/${service}`]: count });
  if (!fewer) await setLinks(ports, cell);
  else if (service === 'web') await setAlbTargets(ports, cell);
  const answer = await admin
    .call<{ addresses: readonly string[] }>('control', 'scale', { cell, service, count })
    .catch(async (error: unknown) => {
      want(before);
      await Promise.all([setLinks(ports, cell), setAlbTargets(ports, cell)]);
      throw error;
    });
  if (!fewer && service === 'web') await setAlbTargets(ports, cell);
  if (fewer) void setLinksOnceGone(ports, cell, service, count);
  return answer.addresses;
}

/** A `links` or an `alb` that is down gets the new ones with its next start. */
async function setLinks({ admin, plan }: ScalingPorts, cell: string): Promise<void> {
  await admin.call(`links/${cell}`, 'links.set', { links: plan().linksOf(cell) }).catch(() => null);
}

async function setAlbTargets({ admin, plan }: ScalingPorts, cell: string): Promise<void> {
  await admin.call(`${cell}/alb`, 'targets.set', { targets: plan().albTargets(cell) }).catch(() => null);
}

/** A task that ends finishes its work over its links: they go after it. */
async function setLinksOnceGone(ports: ScalingPorts, cell: string, service: Service, count: number): Promise<void> {
  const isSurplus = ({ address }: { readonly address: string }) =>
    address.startsWith(`${cell}/${service}/`) && Number(address.split('/')[2]) > count;
  for (let waitedMs = 0; ports.parts.all().some(isSurplus) && waitedMs < taskEndsWithinMs; waitedMs += lookEveryMs)
    await ports.wait(lookEveryMs);
  await setLinks(ports, cell);
}
