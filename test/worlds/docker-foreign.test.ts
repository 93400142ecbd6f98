import { afterAll, expect, test } from 'vitest';
import type { Status } from '../../sim/state/status.ts';
import { docker } from '../prove/docker-hand.ts';
import { foreignFaults, openForeign, playForeign } from '../prove/foreign.ts';
import { PetriBox } from '../support/petri-box.ts';
import { dockerHere } from './arena.ts';

interface Inspected {
  readonly Config: { readonly User: string; readonly Env: readonly string[]; readonly Labels: Record<string, string> };
  readonly Mounts: readonly { readonly Type: string; readonly Destination: string }[];
}

const here = await dockerHere("services of the user's own on Docker");
const box = new PetriBox();
afterAll(() => box.close());

test.runIf(here)('shop as containers: the same, and nothing of the host is in them', async () => {
  const arena = await openForeign(box, 'shop', '--on', 'docker');
  for (const fault of foreignFaults.shop.filter(({ command }) => command[1] !== 'b/worker/1'))
    expect({ fault, ...(await playForeign(arena, fault)) }).toMatchObject({ problems: [] });
  const status = await arena.box.json<Status>('status', '--name', 'shop');
  const id = status.cells[1]?.components.find(({ address }) => address === 'b/db')?.containerId ?? '';
  const [facts] = JSON.parse(await docker('inspect', id)) as Inspected[];
  expect(facts).toMatchObject({
    Config: { User: '1000:1000', Cmd: ['database.mjs'] },
    HostConfig: { Privileged: false, CapDrop: ['ALL'], ReadonlyRootfs: true, Binds: null },
  });
  expect(
    facts?.Mounts.filter(({ Type }) => Type !== 'tmpfs').map(({ Type, Destination }) => [Type, Destination]),
  ).toEqual([['volume', '/data']]);
  expect(facts?.Config.Env.join(' ')).not.toContain('PETRI');
  await arena.box.run('down', '--name', 'shop');
  const ours = `label=dev.petri.project=${facts?.Config.Labels['dev.petri.project']}`;
  const volumes = await docker('volume', 'ls', '--quiet', '--filter', ours);
  await docker('volume', 'rm', ...volumes.split('\n'));
});
