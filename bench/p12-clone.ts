import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Bench, type Figure, figure, findExecutable, root } from './frame.ts';

const run = promisify(execFile);
const mb = 1e6;

interface CloneRun {
  readonly name: string;
  readonly downloadedBytes: number;
  readonly firstMs: number;
  readonly againMs: number;
}

/** P12: a fresh clone with an empty home, to the first request that is served; then a second start without the registry. */
export const freshClone: Figure = {
  id: 'P12',
  title: 'A fresh clone to the first served request',
  async measure() {
    await using bench = new Bench();
    const notes: string[] = [];
    const old = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => existsSync(path) && isOld(path));
    const runs = [await startClone(bench, 'own Node', process.execPath)];
    if (old) runs.push(await startClone(bench, 'older Node', old));
    else notes.push('There is no older Node on this machine: fetching one was not measured.');
    const verdict = (name: string, mostMb: number) => {
      const one = runs.find((candidate) => candidate.name === name);
      return {
        target: `${name}: ≤ ${mostMb} MB downloaded`,
        measured: one ? `${figure(one.downloadedBytes / mb)} MB` : 'not measured',
        met: one ? one.downloadedBytes <= mostMb * mb : null,
      };
    };
    const slowest = Math.max(...runs.map(({ againMs }) => againMs));
    return {
      rows: runs.map(({ name, downloadedBytes, firstMs, againMs }) => ({
        subject: name,
        values: {
          'MB downloaded': figure(downloadedBytes / mb),
          'first start s': figure(firstMs / 1000),
          'second start s': figure(againMs / 1000),
        },
      })),
      verdicts: [
        verdict('own Node', 80),
        verdict('older Node', 130),
        { target: 'second start without network ≤ 6 s', measured: `${figure(slowest / 1000)} s`, met: slowest <= 6000 },
      ],
      notes: [...notes, "One run each: it is the registry's speed that varies. Committed files only."],
    };
  },
};

async function startClone(bench: Bench, name: string, node: string): Promise<CloneRun> {
  const folder = join(bench.folder, name.replace(' ', '-'));
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  mkdirSync(home, { recursive: true });
  mkdirSync(bin);
  symlinkSync(node, join(bin, 'node'));
  for (const tool of ['npm', 'sh', 'env', 'dirname', 'readlink', 'cat', 'redis-server']) {
    const found = findExecutable(tool);
    if (found) symlinkSync(found, join(bin, tool));
  }
  const clone = join(folder, 'clone');
  await run('git', ['clone', '--quiet', root, clone]);
  // How this machine reaches a registry is the machine's, not the clone's.
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const environment = {
    ...{ HOME: home, PATH: bin, XDG_STATE_HOME: join(home, 'state') },
    ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
  };
  const start = async (extra: Readonly<Record<string, string>>) => {
    const options = { cwd: clone, env: { ...environment, ...extra }, maxBuffer: 1e7 };
    const sinceMs = performance.now();
    try {
      await run(join(bin, 'npm'), ['run', '--silent', 'setup'], options);
      await run(join(clone, 'petri'), ['up', '--detach'], options);
      await run(join(clone, 'petri'), ['request', 't21', 'GET', '/sheets/s1/rows/r1'], options);
      return performance.now() - sinceMs;
    } finally {
      await run(join(clone, 'petri'), ['down', '--all'], options).catch(() => null);
    }
  };
  const firstMs = await start({});
  const downloadedBytes = bytesBelow(join(home, '.npm', '_cacache', 'content-v2'));
  // Without network: no registry answers at this address.
  const againMs = await start({ npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' });
  return { name, downloadedBytes, firstMs, againMs };
}

/** Older than 22.12, roughly: what set-up fetches a newer one for. */
function isOld(node: string): boolean {
  return Number.parseInt(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1), 10) < 22;
}

function bytesBelow(folder: string): number {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
