import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { DockerError } from './docker-error.ts';

/** Where a Docker engine is reached. */
export interface EngineAddress {
  /** As a sentence names it: `unix:///var/run/docker.sock`, `ssh://build@big`. */
  readonly name: string;
  /** Who said so: `DOCKER_HOST`, `the Docker context big`; null where it is simply the usual place. */
  readonly from: string | null;
  /** What it runs, it runs on another machine. */
  readonly isRemote: boolean;
  readonly route:
    | { readonly kind: 'socket'; readonly path: string }
    /** `certificates`: the folder with ca.pem, cert.pem and key.pem; null without TLS. */
    | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly certificates: string | null }
    | { readonly kind: 'ssh'; readonly host: string; readonly port: number; readonly user: string | null };
}

/** What of the surroundings decides which engine it is. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly platform: NodeJS.Platform;
}

/**
 * The places to look for the engine, best first, chosen as Docker's own command line does: DOCKER_HOST, then DOCKER_CONTEXT,
 * then the current context, then the usual sockets. More than one only where nobody chose.
 */
export function engineAddresses(surroundings: Surroundings): readonly EngineAddress[] {
  const { env } = surroundings;
  if (env.DOCKER_HOST) {
    const certificates =
      env.DOCKER_TLS_VERIFY || env.DOCKER_TLS ? (env.DOCKER_CERT_PATH ?? configFolder(surroundings)) : null;
    return [addressOf(env.DOCKER_HOST, 'DOCKER_HOST', certificates)];
  }
  const context = env.DOCKER_CONTEXT || currentContext(surroundings);
  if (context && context !== 'default') return [contextAddress(context, surroundings)];
  return usualSockets(surroundings).map((path) => socketAddress(path, null));
}

function configFolder({ env, home }: Surroundings): string {
  return env.DOCKER_CONFIG || join(home, '.docker');
}

function currentContext(surroundings: Surroundings): string | null {
  const file = join(configFolder(surroundings), 'config.json');
  if (!existsSync(file)) return null;
  const context = readJson(file).currentContext;
  return typeof context === 'string' && context !== '' ? context : null;
}

function contextAddress(context: string, surroundings: Surroundings): EngineAddress {
  const folder = join(configFolder(surroundings), 'contexts');
  const id = createHash('sha256').update(context).digest('hex');
  const file = join(folder, 'meta', id, 'meta.json');
  if (!existsSync(file))
    throw new DockerError(
      'no-context',
      `there is no Docker context ${context}: docker context ls lists them, DOCKER_CONTEXT=default takes the usual engine`,
    );
  const endpoints = readJson(file).Endpoints as { docker?: { Host?: string } } | undefined;
  const certificates = join(folder, 'tls', id, 'docker');
  return addressOf(
    endpoints?.docker?.Host ?? '',
    `the Docker context ${context}`,
    existsSync(join(certificates, 'ca.pem')) ? certificates : null,
  );
}

function readJson(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new DockerError('no-context', `${file} cannot be read as JSON: mend it, or set DOCKER_HOST`, { cause });
  }
}

function addressOf(host: string, from: string, certificates: string | null): EngineAddress {
  const unreadable = () =>
    new DockerError(
      'no-context',
      `${from} says ${JSON.stringify(host)}, which is no address of a Docker engine: it looks like unix:///var/run/docker.sock, ssh://user@host or tcp://host:2376`,
    );
  const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(host)?.[1];
  if (socket !== undefined) {
    if (!isAbsolute(socket) && !socket.startsWith('//')) throw unreadable();
    return socketAddress(socket, from);
  }
  let url: URL;
  try {
    url = new URL(host.includes('://') ? host : `tcp://${host}`);
  } catch {
    throw unreadable();
  }
  // What a URL writes around an IPv6 address, a connection does not want.
  const name = url.hostname.replace(/^\[|\]$/g, '');
  if (name === '') throw unreadable();
  switch (url.protocol) {
    case 'ssh:':
      return {
        name: host,
        from,
        isRemote: true,
        route: { kind: 'ssh', host: name, port: Number(url.port) || 22, user: url.username || null },
      };
    case 'tcp:':
    case 'http:':
    case 'https:': {
      const port = Number(url.port) || (certificates === null ? 2375 : 2376);
      return { name: host, from, isRemote: !isLoopback(name), route: { kind: 'tcp', host: name, port, certificates } };
    }
    default:
      throw unreadable();
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function socketAddress(path: string, from: string | null): EngineAddress {
  const name = path.startsWith('//') ? `npipe://${path}` : `unix://${path}`;
  return { name, from, isRemote: false, route: { kind: 'socket', path } };
}

/** Where engines listen without being told: the system's, a rootless one, Docker Desktop, Colima, Rancher Desktop, OrbStack. */
function usualSockets({ env, home, platform }: Surroundings): readonly string[] {
  if (platform === 'win32') return ['//./pipe/docker_engine'];
  const system = '/var/run/docker.sock';
  const others = [
    ...(env.XDG_RUNTIME_DIR ? [join(env.XDG_RUNTIME_DIR, 'docker.sock')] : []),
    join(home, '.docker', 'run', 'docker.sock'),
    join(home, '.docker', 'desktop', 'docker.sock'),
    join(home, '.colima', 'default', 'docker.sock'),
    join(home, '.config', 'colima', 'default', 'docker.sock'),
    join(home, '.rd', 'docker.sock'),
    join(home, '.orbstack', 'run', 'docker.sock'),
  ];
  return [system, ...others.filter((path) => existsSync(path))];
}
