import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { pack } from 'tar-stream';
import { redisConfig } from '../../cells/sqs/engine.ts';
import { connectEngine } from '../../sim/substrate/docker/engine.ts';
import { DockerSubstrate } from '../../sim/substrate/docker/docker-substrate.ts';
import { lifeOf, projectOf } from '../../sim/substrate/docker/names.ts';
import { eraseVolumesOf, sweepLabelled } from '../../sim/substrate/docker/sweep.ts';
import { adminPort, eventsFolder, redisPort, servesPort, volumeFolder } from '../../sim/world/docker-places.ts';
import type { PartSpec } from '../../sim/world/part.ts';

/** The engine that tests run on; null, with a sentence, where there is none and nobody has said that there must be. */
export async function engineForTests(): Promise<Dockerode | null> {
  try {
    return (await connectEngine()).client;
  } catch (error) {
    if (process.env.PETRI_REQUIRE_DOCKER === '1') throw error;
    console.log(`left out, since ${(error as Error).message}`);
    return null;
  }
}

const root = join(import.meta.dirname, '../..');
const baseImage = process.env.NODE_IMAGE ?? 'node:24-slim';

const dockerfile = `FROM ${baseImage}
COPY . /petri/
RUN mkdir -p /petri/volume /petri/events && chown 1000:1000 /petri/volume /petri/events && chmod 0700 /petri/volume /petri/events
`;

/** Builds an image with the diary program in place of all others, and the porthole; the same one again where it is there. */
export async function buildDiaryImage(docker: Dockerode): Promise<string> {
  const files: [string, string][] = [
    ['Dockerfile', dockerfile],
    ['package.json', '{"type":"module"}'],
    ['dist/web.js', "import '../test/sim/substrate/diary-part.ts';\n"],
    ['dist/porthole.js', "import '../sim/porthole/main.ts';\n"],
  ];
  for (const folder of ['cells/runtime', 'cells/protocol', 'sim/porthole']) {
    for (const name of readdirSync(join(root, folder))) files.push([`${folder}/${name}`, source(`${folder}/${name}`)]);
  }
  files.push(['test/sim/substrate/diary-part.ts', source('test/sim/substrate/diary-part.ts')]);
  const tag = createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 12);
  const name = `petri-test:${tag}`;
  const found = await docker
    .getImage(name)
    .inspect()
    .catch(() => null);
  if (found) return name;
  const context = pack();
  for (const [path, text] of files) context.entry({ name: path }, text);
  context.finalize();
  const stream = await docker.buildImage(context, { t: name, forcerm: true });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null, output: { error?: string }[]) => {
      const failed = error?.message ?? output.find((line) => line.error !== undefined)?.error;
      if (failed === undefined) resolve();
      else reject(new Error(`the image for tests could not be built: ${failed}`));
    });
  });
  return name;
}

function source(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface DockerWorld {
  readonly substrate: DockerSubstrate;
  readonly project: string;
  readonly folder: string;
  readonly created: { readonly address: string; readonly id: string }[];
  /** Removes what is left of another project of the test's, with its volumes. */
  remove(project: string): Promise<void>;
  /** Ends it all and removes its volumes. */
  dispose(): Promise<void>;
}

interface DockerWorldOptions {
  readonly cells?: readonly string[];
  readonly routerPorts?: Readonly<Record<string, number>>;
  /** Its state; a fresh folder without it. */
  readonly folder?: string;
  readonly world?: string;
  readonly life?: string;
}

/** A prepared substrate with a state folder of its own. */
export async function makeDockerWorld(
  docker: Dockerode,
  image: string,
  options: DockerWorldOptions = {},
): Promise<DockerWorld> {
  const { folder = mkdtempSync(join(tmpdir(), 'petri-docker-')), world = 'test' } = options;
  const project = projectOf(world, folder);
  const created: { address: string; id: string }[] = [];
  const substrate = new DockerSubstrate({
    docker,
    project,
    world,
    life: options.life ?? lifeOf(folder),
    stateFolder: folder,
    eventsFolder: join(folder, 'events'),
    image,
    cells: options.cells ?? ['a', 'b'],
    routerPorts: options.routerPorts ?? {},
    onCreated: (address, id) => created.push({ address, id }),
  });
  await substrate.prepare().catch(async (error: unknown) => {
    await substrate.destroy();
    throw error;
  });
  const remove = async (which: string) => {
    await sweepLabelled(docker, { project: which, life: null });
    await eraseVolumesOf(docker, which);
  };
  return {
    substrate,
    project,
    folder,
    created,
    remove,
    async dispose() {
      await substrate.destroy();
      await remove(project);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A part that runs the diary program in a container. */
export function diaryContainer(address: string, settings: object = {}): PartSpec {
  const [head = ''] = address.split('/');
  const cell = ['router', 'links', 'map'].includes(head) ? null : head;
  const config = {
    world: 'test',
    address,
    cell,
    token: 'secret',
    listen: { host: '0.0.0.0', port: servesPort },
    admin: { host: '0.0.0.0', port: adminPort },
    eventsFile: `${eventsFolder}/${address.replaceAll('/', '.')}.ndjson`,
    volume: volumeFolder,
    upstreams: {},
    settings,
  };
  const kind = head === 'links' ? 'links' : head === 'router' ? 'router' : 'web';
  const volume = address.replaceAll('/', '-');
  const size = { cpus: 0.5, memoryBytes: 128 * 1024 * 1024 };
  return { address, kind, cell, index: 1, volume, size, run: { program: 'web', config } };
}

/** The image of a real Redis where the engine has one; a diary takes its place where it has none. */
export async function redisImageForTests(docker: Dockerode): Promise<string | null> {
  const name = process.env.REDIS_IMAGE ?? 'redis:7-alpine';
  const found = await docker
    .getImage(name)
    .inspect()
    .catch(() => null);
  return found ? name : null;
}

/** A real Redis in a container, its data on a volume of its own; a diary where there is no image of one. */
export function redisContainer(address: string, image: string | null): PartSpec {
  const diary = diaryContainer(address);
  if (image === null) return diary;
  const configuration = redisConfig({ host: '0.0.0.0', port: redisPort }, volumeFolder, 'secret');
  return { ...diary, kind: 'sqs', run: { program: 'redis-image', image, configuration } };
}
