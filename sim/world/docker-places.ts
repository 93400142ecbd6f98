import type { Endpoint } from '../../cells/runtime/part-config.ts';
import { eventsFileName, type Places } from './places.ts';
import { addedNames, addressable, isReplaceable, type Services } from './services.ts';

/** What every container of Petri's serves on, and its admin port. Each has a network address of its own. */
export const servesPort = 8000;
export const adminPort = 8001;
/** What a real Redis serves on. */
export const redisPort = 6379;

/** The only two folders that a part may write to, besides /tmp. */
export const volumeFolder = '/petri/volume';
export const eventsFolder = '/petri/events';

/** How a part is called on its networks: `b/web/1` is `b-web-1`. */
export function hostOf(address: string): string {
  return address.replaceAll('/', '-');
}

/**
 * Parts that are containers, each with names and ports that follow from its address alone, so that a part can work out its
 * neighbours without being told: a world that plain Compose starts has nobody to tell it.
 */
export function dockerPlaces(queuePort: number, services: Services = {}): Places {
  const added = addedNames(services);
  const at = (name: string): { readonly host: string; readonly port: number } => {
    if (name.startsWith('link:')) return linkEnd(name.slice('link:'.length), services, added);
    const admin = name.endsWith(':admin');
    const address = admin ? name.slice(0, -':admin'.length) : name;
    const serves = address.endsWith('/sqs') ? queuePort : (services[address.split('/')[1] ?? '']?.port ?? servesPort);
    return { host: hostOf(address), port: admin ? adminPort : serves };
  };
  return {
    listen: (name): Endpoint => ({ host: '0.0.0.0', port: at(name).port }),
    reach: at,
    volume: (_, wanted) => wanted ?? volumeFolder,
    eventsFile: (address) => `${eventsFolder}/${eventsFileName(address)}`,
  };
}

const farSides = ['aurora:1', 'aurora:2', 'dynamodb:1', 'sqs:1'];
const linkBase = { router: 9000, control: 9010, web: 9100, worker: 9500, xl: 9900 } as const;

/** The port of a link on its cell's `links`: a block of ten for each task, in it one for each far side. */
function linkEnd(link: string, services: Services, added: readonly string[]): Endpoint {
  const [from = '', to = ''] = link.split('->');
  const [cell = '', ...far] = to.split('/');
  const [, service, index = '1'] = from.split('/');
  if (service !== undefined && services[service]) return serviceLinkEnd(cell, service, Number(index), far, added);
  const base = linkBase[(service ?? from) as keyof typeof linkBase];
  const offset = far.length === 0 ? 0 : farSides.indexOf(far.join('/'));
  if (base === undefined || offset < 0) throw new Error(`there is no link ${link}`);
  return { host: `links-${cell}`, port: base + (service === undefined ? 0 : Number(index) * 10) + offset };
}

const serviceLinkBase = 10_000;
const serviceSlots = { web: 0, worker: 20, xl: 40, added: 60 } as const;

/** The same for a service of the user's own: a block of 32 for each task and each added part. */
function serviceLinkEnd(
  cell: string,
  service: string,
  index: number,
  far: readonly string[],
  added: readonly string[],
): Endpoint {
  const sides = [...addressable.map((part) => `${part}:1`), ...added.map((part) => `${part}:1`)];
  const slot = isReplaceable(service) ? serviceSlots[service] + index : serviceSlots.added + added.indexOf(service);
  const offset = sides.indexOf(far.join('/'));
  if (offset < 0) throw new Error(`there is no link from ${service} to ${far.join('/')}`);
  return { host: `links-${cell}`, port: serviceLinkBase + slot * 32 + offset };
}
