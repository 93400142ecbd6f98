import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { DockerError } from './docker-error.ts';

/** What an image is made from: files by their path in the build, in order. The same content gives the same list anywhere. */
export interface ImageContext {
  readonly files: readonly ContextFile[];
  readonly bytes: number;
}

interface ContextFile {
  /** From the root of the build, with slashes: `dist/web.js`. */
  readonly path: string;
  readonly content: Buffer;
}

export const dockerfilePath = 'cells/Dockerfile';

/** Programs that stay on the host. Everything else in dist/ can run in a container. */
const onHost = ['petri', 'supervisor', 'reaper'];

/** The packages that the bundles load from node_modules, and what of them runs on Linux. `.dockerignore` keeps the same. */
const packages: readonly { readonly name: string; readonly folders: readonly string[] }[] = [
  { name: 'better-sqlite3', folders: ['lib', 'prebuilds'] },
  { name: 'lua-redis-wasm', folders: ['dist'] },
];

/**
 * Collects the image's content from the installation that runs now, a clone or an installed package.
 * `architecture`: that of the engine, `x64` or `arm64`; musl's natives go along, since an Alpine Node is as good.
 */
export function imageContext(architecture: string, root: string = findRoot()): ImageContext {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'router.js')))
    throw new DockerError('no-image', `the programs for the containers are not built (${dist}): npm run setup`);
  const files = [
    read(root, dockerfilePath),
    ...filesBelow(dist, 'dist').filter(({ path }) => isForContainers(path)),
    ...packages.flatMap(({ name, folders }) => filesOfPackage(root, name, folders, architecture)),
  ];
  files.sort((one, other) => (one.path < other.path ? -1 : 1));
  return { files, bytes: files.reduce((sum, { content }) => sum + content.length, 0) };
}

/** Names the image by what is in it: twelve hex digits over the content and the image that it stands on. */
export function contextHash({ files }: ImageContext, baseImageId: string): string {
  const hash = createHash('sha256').update(baseImageId);
  for (const { path, content } of files) hash.update(`\0${path}\0${content.length}\0`).update(content);
  return hash.digest('hex').slice(0, 12);
}

/** The content as the archive that an engine takes: same content, same bytes. */
export async function packContext({ files }: ImageContext): Promise<Readable> {
  const { default: tar } = await import('tar-stream');
  const archive = tar.pack();
  for (const { path, content } of files) archive.entry({ name: path, mode: 0o644, mtime: new Date(0) }, content);
  archive.finalize();
  return archive;
}

/** The clone or package that this file runs from: the first folder upwards that holds the Dockerfile. */
function findRoot(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, dockerfilePath))) return folder;
  throw new DockerError(
    'no-image',
    `${dockerfilePath} is missing from this installation (above ${here}): install Petri again`,
  );
}

function isForContainers(path: string): boolean {
  const name = basename(path);
  return !name.startsWith('.') && !path.includes('/.') && !onHost.includes(name.split('.')[0]!);
}

/** Dependencies stand in the package's own node_modules, or above it where it is a dependency itself. */
function filesOfPackage(root: string, name: string, folders: readonly string[], architecture: string): ContextFile[] {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) {
      const target = `node_modules/${name}`;
      const runs = new RegExp(`\\.([cm]?js|json|wasm)$|/linux(musl)?-${architecture}\\.node$`);
      return [
        { path: `${target}/package.json`, content: readFileSync(join(found, 'package.json')) },
        ...folders
          .flatMap((each) => filesBelow(join(found, each), `${target}/${each}`))
          .filter(({ path }) => runs.test(path)),
      ];
    }
    if (folder === dirname(folder))
      throw new DockerError(
        'no-image',
        `the package ${name} is missing from this installation (${root}): npm run setup`,
      );
  }
}

function filesBelow(folder: string, target: string): ContextFile[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name.startsWith('.') ? [] : filesBelow(path, `${target}/${name}`);
    return [{ path: `${target}/${name}`, content: readFileSync(path) }];
  });
}

function read(root: string, path: string): ContextFile {
  return { path, content: readFileSync(join(root, path)) };
}
