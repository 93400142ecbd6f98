import { test } from 'vitest';
import type { PartContext } from '../../../../cells/runtime/part.ts';
import type { LinksSettings } from '../../../../sim/links/contract.ts';
import { Life } from '../../../../sim/substrate/virtual/life.ts';
import { Scheduler } from '../../../../sim/substrate/virtual/scheduler.ts';
import { runVirtually } from '../../../../sim/substrate/virtual/time-loop.ts';
import { startVirtualLinks } from '../../../../sim/substrate/virtual/virtual-links.ts';
import { beginsT, virtualRuntime } from '../../../../sim/substrate/virtual/virtual-runtime.ts';
import { Network } from '../../../../sim/substrate/virtual/wire.ts';
import { partConfig } from '../../../support/part-process.ts';
import { linkCases } from '../../links/conformance.ts';
import { LinkBench, type LinkGround } from '../../links/link-bench.ts';

test.each(linkCases.map((each) => [each.name, each] as const))('a link in virtual time %s', async (_, { play }) => {
  const scheduler = new Scheduler(beginsT);
  const network = new Network(scheduler, 7);
  const lifeOf = (address: string) => new Life(address, `${address}.1`, scheduler);
  const life = lifeOf('links/b');
  const [own, near, far] = [life, lifeOf('router/1'), lifeOf('b/alb')].map((each) =>
    virtualRuntime(network, each, null),
  );
  const at = (port: number) => ({ host: 'virtual', port });
  const config = partConfig<LinksSettings>('', {
    address: 'links/b',
    listen: null,
    admin: at(1),
    settings: { links: [] },
  });
  await runVirtually(scheduler, async () => {
    const context: PartContext<LinksSettings> = { config, runtime: own!, events: { record: () => {} } };
    await startVirtualLinks(context, { network, life });
    const admin = near!.connect({ connect: at(1), token: 'secret', reconnect: true });
    const ports = [at(2), at(3), at(4), at(5)] as unknown as LinkGround['ports'];
    const bench = new LinkBench({ near: near!, far: far!, admin, ports });
    await bench.until('connected', () => admin.connected);
    await bench.open();
    await play(bench);
    await bench.close();
  });
});
