import { composeWorld } from '../compose/compose-world.ts';
import type { ComposedFacts } from '../substrate/docker/composed.ts';
import type { DockerStart } from '../supervisor/start.ts';
import { findWorld, isWorldName } from '../supervisor/state-folder.ts';
import type { Invocation } from './context.ts';
import { unavailable, usage } from './failure.ts';
import { growWorld } from './grow-world.ts';
import { flag, textOption } from './options.ts';
import { noDockerOptions } from './prepare-docker.ts';
import { printJson } from './print.ts';
import { lastStart } from './start-file.ts';
import { stayWithWorld } from './stay-with-world.ts';
import { checkWorldName } from './world-name.ts';

/** Takes over a world that Compose has made, and shows it. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const detach = flag(options, 'detach');
  if (flag(options, 'json') && !detach)
    usage('--json needs --detach here: a world that is watched prints lines, not one object');
  if (!detach && context.isTerminal) await context.checkTheme(null);
  const asked = checkWorldName(textOption(options, 'name'));
  const allowRemote = flag(options, 'allowRemote');
  const facts = await findFacts(args[0] ?? null, allowRemote);
  const name = asked ?? nameOf(facts.project);
  checkFolder(name, facts.project);
  const { project, token, routerPort, petriImage, redisImage } = facts;
  const attach: DockerStart = { petriImage, redisImage, allowRemote, attached: { project, token, routerPort } };
  const grown = await growWorld(context, {
    world: { ...composeWorld, name, port: routerPort },
    isSpecific: false,
    fresh: false,
    by: 'cli',
    docker: noDockerOptions,
    attach,
  });
  if (!detach) return stayWithWorld(context, grown, { readOnly: false, theme: null });
  grown.world.close();
  if (flag(options, 'json')) printJson(context, grown.status);
  else {
    context.out(`attached to ${project}: world ${name} at ${grown.status.router.url}`);
    context.out(grown.status.headline);
    context.out(`look: petri status   hurt: petri kill b   let go: petri down (its containers go on)`);
  }
  return 0;
}

async function findFacts(asked: string | null, allowRemote: boolean): Promise<ComposedFacts> {
  const [{ connectEngine }, { listComposed, readComposed }] = await Promise.all([
    import('../substrate/docker/engine.ts'),
    import('../substrate/docker/composed.ts'),
  ]);
  try {
    const { client } = await connectEngine({ allowRemote });
    const projects = await listComposed(client);
    const names = projects.map(({ project }) => project);
    const only = asked ?? (names.length === 1 ? (names[0] ?? null) : null);
    if (names.length === 0)
      unavailable('no world of docker-compose.yml is on this Docker engine: docker-compose up -d brings one up');
    const list = projects.map(({ project, running, containers }) => `${project} (${running} of ${containers} run)`);
    if (only === null)
      usage(`there are several worlds of Compose: ${list.join(', ')}; say which: petri attach ${names[0]}`);
    if (!names.includes(only)) usage(`there is no world of Compose called ${only}; there is ${list.join(', ')}`);
    return await readComposed(client, only);
  } catch (error) {
    if (['DockerError', 'SubstrateError'].includes((error as Error).name)) unavailable((error as Error).message);
    throw error;
  }
}

/** Compose's names may hold `_`, and be longer. */
function nameOf(project: string): string {
  const name = project.replaceAll('_', '-').slice(0, 32);
  if (isWorldName(name)) return name;
  return usage(`a world cannot be called ${project}: choose a name for it here with --name`);
}

function checkFolder(name: string, project: string): void {
  const folder = findWorld(name);
  const last = folder && lastStart(folder);
  if (!last || last.docker?.attached?.project === project) return;
  usage(`the name ${name} is another world's already: choose one for ${project} with --name`);
}
