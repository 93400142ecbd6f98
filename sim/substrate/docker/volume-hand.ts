import type Dockerode from 'dockerode';
import { volumeFolder } from '../../world/docker-places.ts';
import { ask } from './engine-call.ts';
import { labelNames, type Ownership } from './names.ts';

export interface VolumeHand extends Ownership {
  readonly docker: Dockerode;
  /** Petri's own image. */
  readonly image: string;
}

/**
 * A fresh volume belongs to whom the image of the first container says that has it. Somebody else's image says nothing, and
 * root it would be: a container of ours that is never started has it first.
 */
export async function handOver(hand: VolumeHand, volume: string): Promise<void> {
  const container = await create(hand, volume, []);
  await ask(`hand over ${volume}`, container.remove({ force: true }));
}

const wipeProgram = `
const { readdirSync, rmSync } = require('node:fs');
const folder = ${JSON.stringify(volumeFolder)};
const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;
for (const name of readdirSync(folder)) rmSync(folder + '/' + name, { recursive: true, force: true });
process.stdout.write(String(files));
`;

/** Empties a volume that no running container has. Resolves with how many files it held. */
export async function wipeVolume(hand: VolumeHand, volume: string): Promise<number> {
  const what = `empty the volume ${volume}`;
  const container = await create(hand, volume, ['-e', wipeProgram]);
  try {
    await ask(what, container.start());
    const { StatusCode: code } = (await ask(what, container.wait())) as { readonly StatusCode: number };
    const said = String(await ask(what, container.logs({ stdout: true, stderr: true })));
    if (code !== 0) throw new Error(`the volume ${volume} could not be emptied: ${said.trim().split('\n').at(-1)}`);
    return Number(said);
  } finally {
    await ask(what, container.remove({ force: true }));
  }
}

/** A container for one errand: it sees the volume and nothing else, and a sweep finds it. */
function create(hand: VolumeHand, volume: string, Cmd: string[]): Promise<Dockerode.Container> {
  const { docker, image, project, world, life } = hand;
  return ask(
    `look after the volume ${volume}`,
    docker.createContainer({
      Image: image,
      Entrypoint: ['node'],
      Cmd,
      // Without a terminal the engine would frame what is printed.
      Tty: true,
      User: '1000:1000',
      Labels: { [labelNames.project]: project, [labelNames.world]: world, [labelNames.life]: life },
      HostConfig: {
        Mounts: [{ Type: 'volume', Source: volume, Target: volumeFolder, ReadOnly: false }],
        NetworkMode: 'none',
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        ReadonlyRootfs: true,
      },
    }),
  );
}
