/**
 * Everything that says whether the code is in order, a line each: format, lint, types, dead code, fast tests.
 *
 *     npm run check
 *     npm run check -- --static         without the tests
 */
import { spawn } from 'node:child_process';
import { root } from './setup/paths.mjs';

const tool = (path) => `${root}/node_modules/${path}`;

const still = [
  ['format', [tool('oxfmt/bin/oxfmt'), '--check', '.']],
  ['lint', [tool('oxlint/bin/oxlint'), '--deny-warnings']],
  ['types', [tool('typescript/bin/tsc'), '--noEmit', '-p', '.']],
  ['dead code', [tool('knip/bin/knip.js'), '--no-progress']],
];
const tests = ['fast tests', [tool('vitest/vitest.mjs'), 'run', '--project', 'fast', '--reporter=dot']];

/** Runs one check to its end, says so on one line, and shows what it printed only where it failed. */
function run([name, words]) {
  const since = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    child.on('error', (error) => (said += error.message));
    child.on('close', (code) => {
      const seconds = ((Date.now() - since) / 1000).toFixed(1);
      console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(10)}  ${seconds} s`);
      if (code !== 0) console.log(said.trimEnd());
      resolve(code === 0);
    });
  });
}

// The tests measure time, so they do not share the machine with the rest.
const results = await Promise.all(still.map(run));
if (!process.argv.includes('--static')) results.push(await run(tests));
process.exitCode = results.every(Boolean) ? 0 : 1;
