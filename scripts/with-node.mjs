/**
 * Runs a script with a Node that is new enough, whichever Node runs this one: `node scripts/with-node.mjs SCRIPT [WORDS…]`.
 * Signals go through, and its end is the script's end.
 */
import { findNode } from './setup/node-runtime.mjs';
import { runAs } from './setup/run-as.mjs';

const node = findNode();
if (!node) {
  console.error('Petri needs Node 22.14 or newer, and none is set up: run `npm run setup` in this folder.');
  process.exit(69);
}
runAs(node.executable, process.argv.slice(2));
