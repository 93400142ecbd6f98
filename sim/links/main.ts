import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { serveFramed } from '../../cells/protocol/server.ts';
import { runPart } from '../../cells/runtime/part.ts';
import type { LinkRule } from '../faults/fault.ts';
import type { LinksSettings, LinkSpec } from './contract.ts';
import { Links } from './links.ts';

runPart<LinksSettings>(async ({ config }) => {
  const links = new Links(Math.random);
  await links.set(config.settings.links);
  if (!config.admin) throw new Error('the links need an admin endpoint');
  const admin = await serveFramed({
    listen: config.admin,
    token: config.token,
    handlers: {
      'links.set': (args: { links: readonly LinkSpec[] }) => links.set(args.links),
      'rule.set': (args: { id: string; links: readonly string[]; rule: LinkRule }) =>
        links.setRule(args.id, args.links, args.rule),
      'rule.clear': (args: { id: string }) => links.clearRule(args.id),
      probe: async (args: { link: string; bytes?: number; closes?: boolean }) => {
        const result = await links.probe(args.link, args.bytes, args.closes);
        if (!result) throw new RpcError('usage', `there is no link ${args.link} here`);
        return result;
      },
      status: () => ({ links: links.status() }),
    },
  });
  return {
    async stop() {
      await links.close();
      await admin.close();
    },
  };
});
