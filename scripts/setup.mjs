/**
 * Makes a clone ready: a Node that is new enough, the dependencies, the built programs. Whatever is there already is left alone.
 *
 *     npm run setup                     for `petri`
 *     npm run setup -- --tests          also what the tests need
 *     npm run setup -- --quiet          says nothing where there is nothing to do
 *
 * Plain JavaScript without dependencies: it runs on Node 18 and before anything is installed.
 */
import { fetchNode, findNode } from './setup/node-runtime.mjs';
import { installDependencies, whatIsMissing } from './setup/dependencies.mjs';
import { build, stampOf, whyBuild } from './setup/program.mjs';
import { Unavailable } from './setup/unavailable.mjs';

const isQuiet = process.argv.includes('--quiet');
const withTests = process.argv.includes('--tests');
let hasDone = false;

/** A step that does something: one line before, its time after. */
async function step(text, work) {
  hasDone = true;
  const since = Date.now();
  console.log(`petri set-up: ${text} …`);
  const result = await work();
  console.log(`petri set-up:   done in ${((Date.now() - since) / 1000).toFixed(1)} s`);
  return result;
}

async function setUp() {
  const node =
    findNode() ?? (await step(`Node ${process.version} is too old for Petri, fetching Node 24 into .node/`, fetchNode));

  const missing = whatIsMissing(withTests);
  if (missing) await step(`installing dependencies (${missing})`, () => installDependencies(withTests));

  const stamp = stampOf(node.version);
  const reason = whyBuild(stamp);
  if (reason) await step(`building the programs (${reason})`, () => build(node.executable, stamp));

  if (isQuiet && !hasDone) return;
  const whose = { running: 'your own', path: `your own, ${node.executable}`, fetched: 'in .node/' }[node.from];
  console.log(
    `petri set-up: ready. Node ${node.version} (${whose}), dependencies ${withTests ? 'with those of the tests' : 'in place'}, programs built.`,
  );
  if (!isQuiet) console.log('petri set-up: `./petri` opens the terminal UI, `./petri --help` lists the commands.');
}

// Ctrl-C reaches npm and the bundler too, being of the same foreground group; they end, and nothing half done is left in use.
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => process.exit(code));
}

try {
  await setUp();
} catch (error) {
  console.error(`petri set-up: ${error instanceof Error ? error.message : String(error)}`);
  if (!(error instanceof Unavailable) && process.env.PETRI_DEBUG) console.error(error);
  process.exitCode = error instanceof Unavailable ? 69 : 70;
}
