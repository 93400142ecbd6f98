/** Starts `petri` with a Node that is new enough, on any system: `node petri.mjs [WORDS…]`. `./petri` does the same without a Node to begin with. */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findNode } from './scripts/setup/node-runtime.mjs';
import { root } from './scripts/setup/paths.mjs';
import { runAs } from './scripts/setup/run-as.mjs';

// What the texts call this program: the launcher beside this file, as it is typed where this was started.
const folder = relative(process.cwd(), root);
const launcher = folder === '' ? `.${sep}petri` : join(folder, 'petri');
process.env.PETRI_WORD = /\s/.test(launcher) ? `"${launcher}"` : launcher;

const program = join(root, 'dist', 'petri.js');
const node = findNode();
if (!node || !existsSync(program)) {
  console.error(`This clone of Petri is not set up yet: run \`npm run setup\` in ${root}.`);
  process.exit(69);
}
if (node.from === 'running') {
  process.argv[1] = program;
  await import(pathToFileURL(program).href);
} else {
  runAs(node.executable, [program, ...process.argv.slice(2)]);
}
