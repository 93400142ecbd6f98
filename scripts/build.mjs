/**
 * Bundles every program into dist/, a file of its own each, so that thirty processes start quickly.
 *
 *     npm run build
 *
 * dist/NAME.js turns on Node's compile cache and loads dist/NAME.main.js: a module is compiled before its own first line runs,
 * so the file that turns the cache on cannot be the one that profits. What a program loads with `import()` lands in chunks beside it.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { libraries, programs } from './programs.mjs';
import { root } from './setup/paths.mjs';
import { dist, stampOf } from './setup/program.mjs';

/** Native code, WebAssembly and files found by path, and what libraries load only where it is installed. */
const external = [
  'better-sqlite3',
  'dockerode',
  'js-redis-server',
  'lua-redis-wasm',
  'react-devtools-core',
  'rolldown',
  'msgpackr-extract',
  'bufferutil',
  'utf-8-validate',
];

/** `entry`: what the bundle's own file is called, without its ending. */
async function bundle(name, source, folder, entry = name) {
  const build = await rolldown({
    cwd: root,
    input: { [entry]: source },
    platform: 'node',
    // BullMQ names its ES modules by 'module' alone; its CommonJS cannot be shaken and costs every web task some MiB.
    resolve: { mainFields: ['module', 'main'] },
    external,
    transform: {
      // The oldest Node that runs Petri: 22.14 has no `using` declarations, for one.
      target: 'node22.14',
      define: { 'process.env.NODE_ENV': '"production"' },
      jsx: { runtime: 'automatic' },
    },
    onLog(level, log, report) {
      // Libraries on CommonJS and their cycles are theirs to mend.
      if (log.code === 'EVAL' || log.code === 'CIRCULAR_DEPENDENCY') return;
      report(level, log);
    },
  });
  try {
    await build.write({
      dir: folder,
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: `${name}.[name]-[hash].js`,
      minify: false,
    });
  } finally {
    await build.close();
  }
}

async function bundleProgram(name, source, folder) {
  await bundle(name, source, folder, `${name}.main`);
  writeFileSync(join(folder, `${name}.js`), loaderOf(name));
}

function loaderOf(name) {
  return [
    `import { enableCompileCache } from 'node:module';`,
    `import { fileURLToPath } from 'node:url';`,
    `enableCompileCache(fileURLToPath(new URL('./.cache', import.meta.url)));`,
    `await import('./${name}.main.js');`,
    '',
  ].join('\n');
}

const stampAt = process.argv.indexOf('--stamp');
const stamp = stampAt > 0 ? process.argv[stampAt + 1] : stampOf(process.version);

// Built beside and then swapped in: a build that fails or is interrupted leaves the old programs as they were.
const fresh = `${dist}.new-${process.pid}`;
const old = `${dist}.old-${process.pid}`;
rmSync(fresh, { recursive: true, force: true });
mkdirSync(fresh, { recursive: true });
try {
  await Promise.all([
    ...Object.entries(programs).map(([name, source]) => bundleProgram(name, source, fresh)),
    ...Object.entries(libraries).map(([name, source]) => bundle(name, source, fresh)),
  ]);
  writeFileSync(join(fresh, 'package.json'), '{"type":"module"}\n');
  writeFileSync(join(fresh, '.stamp'), stamp);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(old, { recursive: true, force: true });
}
