import { hasStrayBraces, holesOf } from './placeholders.ts';
import { quote } from './quantities.ts';
import { toServices, type ServicesFile } from './services-schema.ts';
import {
  addedNames,
  addressable,
  isReplaceable,
  leftOut,
  takenNames,
  type Removable,
  type ServiceSpec,
  type Services,
} from './services.ts';
import { didYouMean, nearest, orList } from './suggest.ts';

/** Added parts that one cell can have. */
const addedMax = 16;

type Path = readonly (string | number)[];

/** Says what is wrong, at a path below `cell`: the rest of a sentence that begins with the path. */
export type Say = (path: Path, message: string) => void;

/** What no single key can say: whether the services of a cell fit together, with what is left of Petri's own. */
export function checkServices(
  file: ServicesFile | undefined,
  without: readonly Removable[] | undefined,
  say: Say,
): void {
  const services = toServices(file ?? {});
  checkWithout(services, without, say);
  if (addedNames(services).length > addedMax)
    say(['services'], `must add at most ${addedMax} parts to a cell, not ${addedNames(services).length}`);
  for (const [name, spec] of Object.entries(services)) {
    const at = (path: Path, message: string) => say(['services', name, ...path], message);
    if (takenNames.includes(name) || /^(web|worker|xl|aurora)-\d+$/.test(name)) {
      at([], `is a name of Petri's own: only web, worker and xl can be replaced, an added part needs another name`);
      continue;
    }
    checkService(name, spec, file?.[name]?.onLoss !== undefined, at);
    // What is not said to be left out is kept where somebody names it.
    const kept = addressable.filter((part) => !(without as readonly string[] | undefined)?.includes(part));
    const known = [...addedNames(services), ...kept];
    for (const { path, text } of textsOf(spec)) checkHoles(name, spec, known, text, (message) => at(path, message));
  }
  checkXl(services, without, say);
}

function checkService(name: string, spec: ServiceSpec, statesLoss: boolean, at: Say): void {
  if (spec.command === null && spec.image === null)
    at([], 'does not say how it runs: give a command (on processes), an image (on Docker), or both');
  if (spec.command?.[0]?.trim() === '') at(['command', 0], 'is empty: the first word is the program');
  if (holesOf(spec.command?.[0] ?? '').length > 0) at(['command', 0], 'is the program, which cannot have holes');
  if (spec.args !== null && spec.image === null)
    at(['args'], 'goes with an image; on processes the arguments are words of the command');
  if (spec.health !== null && spec.port === null) at(['health'], `needs a port to be asked at: give ${name} a port`);
  if (statesLoss && isReplaceable(name))
    at(['onLoss'], `is for parts that are added: what the loss of ${name} does is known`);
  if ('PETRI_PART' in spec.env) at(['env', 'PETRI_PART'], 'is how Petri finds its parts again, and cannot be set');
  const folders = [...spec.tmpfs, ...Object.values(spec.volumes)];
  const twice = folders.find((folder, index) => folders.indexOf(folder) !== index);
  if (twice !== undefined) at([], `mounts two things at ${twice}: each volume and tmpfs needs a folder of its own`);
}

/** What a service can name is in its own cell and nowhere else. */
function checkHoles(
  name: string,
  spec: ServiceSpec,
  known: readonly string[],
  text: string,
  say: (message: string) => void,
): void {
  if (hasStrayBraces(text))
    return say(`has braces that close nothing: a placeholder is {{NAME}}, as in ${quote('{{db}}')}`);
  for (const hole of holesOf(text)) {
    if (hole === 'cell' || hole === 'self.host') continue;
    if (hole === 'self.port') {
      if (spec.port === null) say(`asks for {{self.port}}, and ${name} has no port: give it one`);
      continue;
    }
    if (hole.startsWith('volume.')) {
      const volumes = Object.keys(spec.volumes);
      const volume = hole.slice('volume.'.length);
      if (volumes.includes(volume)) continue;
      const there = volumes.length === 0 ? `${name} has no volumes` : `${name} has ${orList(volumes)}`;
      say(`names the volume ${quote(volume)}, which it does not have: ${there}${didYouMean(volume, volumes)}`);
      continue;
    }
    const part = hole.replace(/\.(host|port)$/, '');
    if (part === name) say(`names ${name} itself: {{self.port}} is its own port`);
    else if (!known.includes(part)) say(unknownPart(hole, part, known));
  }
}

function unknownPart(hole: string, part: string, known: readonly string[]): string {
  const names = [...known, 'self.host', 'self.port', 'cell', 'volume.NAME'];
  if (part === 'web') return 'names web, which is several tasks: {{alb}} is the load balancer in front of them';
  const near = nearest(part, names);
  const guess = near.length > 0 ? ` (did you mean {{${near.join('}} or {{')}}}?)` : '';
  return `has the placeholder {{${hole}}}, and the cell has no part ${quote(part)}${guess}; there are ${names.join(', ')}`;
}

function checkWithout(services: Services, without: readonly Removable[] | undefined, say: Say): void {
  without?.forEach((part, index) => {
    if (services[part])
      say(['without', index], `leaves out ${part}, which services.${part} brings: keep one of the two`);
    if (part === 'worker' || part === 'xl') return;
    const users = (['web', 'worker', 'xl'] as const).filter(
      (user) => !services[user] && !(without as readonly string[]).includes(user),
    );
    if (users.length > 0)
      say(
        ['without', index],
        `leaves out ${part}, which Petri's own ${orList(users)} cannot do without: replace or leave out ${orList(users)} too`,
      );
  });
}

function checkXl(services: Services, without: readonly Removable[] | undefined, say: Say): void {
  if (services['xl'] && (without ?? leftOut(services)).includes('sqs'))
    say(
      ['services', 'xl'],
      "is started when Petri's queue holds large jobs, and these cells have no such queue: call it by another name",
    );
}

function textsOf(spec: ServiceSpec): readonly { readonly path: Path; readonly text: string }[] {
  return [
    ...Object.entries(spec.env).map(([variable, text]) => ({ path: ['env', variable], text })),
    ...(spec.command ?? []).map((text, index) => ({ path: ['command', index], text })),
    ...(spec.args ?? []).map((text, index) => ({ path: ['args', index], text })),
  ];
}
