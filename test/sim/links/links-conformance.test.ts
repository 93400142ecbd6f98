import { afterAll, beforeAll, test } from 'vitest';
import { realRuntime } from '../../../cells/runtime/runtime.ts';
import { connectFramed, type FramedClient } from '../../../cells/protocol/client.ts';
import type { LinksSettings } from '../../../sim/links/contract.ts';
import {
  freeEndpoints,
  partConfig,
  removeFolder,
  startPart,
  temporaryFolder,
  type PartProcess,
} from '../../support/part-process.ts';
import { linkCases } from './conformance.ts';
import { LinkBench, type LinkGround } from './link-bench.ts';

const folder = temporaryFolder();
let links: PartProcess;
let admin: FramedClient;
let ports: LinkGround['ports'];

beforeAll(async () => {
  const [one, ...others] = await freeEndpoints(5);
  ports = others as unknown as LinkGround['ports'];
  const settings: LinksSettings = { links: [] };
  const config = partConfig<LinksSettings>(folder, { address: 'links/b', listen: null, admin: one!, settings });
  links = await startPart('sim/links/main.ts', folder, config);
  admin = await connectFramed({ connect: one!, token: 'secret' });
});
afterAll(async () => {
  admin.close();
  await links.kill();
  removeFolder(folder);
});

test.each(linkCases.map((each) => [each.name, each] as const))(
  'a link of the program links %s',
  async (_, { play }) => {
    const bench = new LinkBench({ near: realRuntime, far: realRuntime, admin, ports });
    await bench.open();
    try {
      await play(bench);
    } finally {
      await bench.close();
    }
  },
);
