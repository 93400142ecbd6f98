import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Dockerode from 'dockerode';
import { engineAddresses, type EngineAddress, type Surroundings } from './engine-address.ts';
import { DockerError } from './docker-error.ts';

/** A Docker engine that answered, is new enough, and may be used. */
export interface Engine {
  /** Its client. Reach for it in sim/substrate/docker/ only; the rest of Petri knows images and parts. */
  readonly client: Dockerode;
  /** Where it is, as a sentence names it: `unix:///var/run/docker.sock`. */
  readonly name: string;
  readonly isRemote: boolean;
  /** `20.10.24`. */
  readonly version: string;
  readonly apiVersion: string;
}

export interface ConnectOptions {
  /** Takes an engine on another machine, too. */
  readonly allowRemote?: boolean;
  readonly surroundings?: Surroundings;
  /** Milliseconds until an engine that does not answer is given up. */
  readonly answerMsMax?: number;
}

/** Docker 20.10 of December 2020, the oldest that Debian and Ubuntu still ship. */
const apiNeeded = '1.41';
const needed = `20.10 (API ${apiNeeded})`;
/** What a connection says where nothing listens. */
const notThere = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
]);
const withoutDocker = 'or grow the world with --on process';

/** Finds the engine that Docker's own command line would use, and asks it who it is. Rejects with an {@link DockerError}. */
export async function connectEngine(options: ConnectOptions = {}): Promise<Engine> {
  const { surroundings = { env: process.env, home: homedir(), platform: process.platform } } = options;
  const addresses = engineAddresses(surroundings);
  let first: unknown;
  for (const address of addresses) {
    try {
      return await connectTo(address, options);
    } catch (error) {
      // The place that most people have is the one to speak of.
      first ??= error;
    }
  }
  throw first;
}

async function connectTo(
  address: EngineAddress,
  { allowRemote = false, answerMsMax = 3000 }: ConnectOptions,
): Promise<Engine> {
  if (address.isRemote && !allowRemote)
    throw new DockerError(
      'remote',
      `the Docker engine is on another machine, ${address.name} (${address.from}): --allow-remote runs the containers there, DOCKER_CONTEXT=default with DOCKER_HOST unset takes the engine of this machine`,
    );
  const answer = await askVersion(await clientOf(address), address, answerMsMax);
  if (typeof answer.ApiVersion !== 'string')
    throw new DockerError(
      'not-an-engine',
      `what answers at ${address.name} is no Docker engine: set DOCKER_HOST to one, ${withoutDocker}`,
    );
  if (isOlder(answer.ApiVersion, apiNeeded))
    throw new DockerError(
      'too-old',
      `the Docker engine at ${address.name} is ${answer.Version} (API ${answer.ApiVersion}), and Petri needs ${needed} or newer: update Docker, ${withoutDocker}`,
    );
  if (answer.Os !== 'linux')
    throw new DockerError(
      'not-an-engine',
      `the Docker engine at ${address.name} runs ${answer.Os} containers, and Petri's are Linux ones: switch Docker Desktop to Linux containers, ${withoutDocker}`,
    );
  // The one API that everything here was tried with, or the oldest that a newer engine still speaks.
  const oldest = answer.MinAPIVersion ?? apiNeeded;
  const apiVersion = isOlder(oldest, apiNeeded) ? apiNeeded : oldest;
  return {
    client: await clientOf(address, apiVersion),
    name: address.name,
    isRemote: address.isRemote,
    version: answer.Version.replace(/[+-].*$/, ''),
    apiVersion,
  };
}

type Answer = Dockerode.DockerVersion & { readonly MinAPIVersion?: string };

async function askVersion(client: Dockerode, address: EngineAddress, answerMsMax: number): Promise<Answer> {
  const abortSignal = AbortSignal.timeout(answerMsMax);
  try {
    // Its types know no options here; it takes them.
    return await (client.version as (options: object) => Promise<Answer>).call(client, { abortSignal });
  } catch (error) {
    if (abortSignal.aborted)
      throw new DockerError(
        'hanging',
        `the Docker engine at ${address.name} has not answered within ${answerMsMax / 1000} s: restart Docker, ${withoutDocker}`,
        { cause: error },
      );
    throw dockerErrorOf(error, address.name);
  }
}

/** Whatever a call of the client rejected with, as a sentence. `doing`: what was asked for, `pulling redis:7`. */
export function dockerErrorOf(error: unknown, where: string, doing?: string): DockerError {
  if (error instanceof DockerError) return error;
  const { code, statusCode } = error as { code?: string; statusCode?: number };
  const path = where.replace(/^unix:\/\//, '');
  if (code === 'EACCES' || code === 'EPERM')
    return new DockerError(
      'no-permission',
      `you may not use the Docker engine at ${path}: sudo usermod -aG docker $USER and log in again, ${withoutDocker}`,
      { cause: error },
    );
  if (statusCode === undefined && notThere.has(code ?? ''))
    return new DockerError(
      'no-engine',
      `no Docker engine answers at ${path} (${code}): start Docker (sudo systemctl start docker, Docker Desktop, colima start), ${withoutDocker}`,
      { cause: error },
    );
  const reason = reasonOf(error);
  if (doing === undefined)
    return new DockerError(
      'not-an-engine',
      `what answers at ${where} is no Docker engine (${reason}): set DOCKER_HOST to one, ${withoutDocker}`,
      { cause: error },
    );
  return new DockerError('failed', `the Docker engine at ${where} failed at ${doing}: ${reason}`, {
    cause: error,
  });
}

/** What the engine itself said, without what dockerode puts before it. */
export function reasonOf(error: unknown): string {
  const { message, json } = error as { message?: string; json?: { message?: unknown } };
  const said = typeof json?.message === 'string' ? json.message : (message ?? String(error));
  return said.replace(/^\(HTTP code \d+\) [a-z ]+ - /, '').trim();
}

function isOlder(version: string, than: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
}

/** A client for exactly this address. Every option is given: what is left out, dockerode takes from DOCKER_HOST and its like. */
async function clientOf({ route }: EngineAddress, apiVersion?: string): Promise<Dockerode> {
  const { default: Docker } = await import('dockerode');
  const version = apiVersion === undefined ? undefined : `v${apiVersion}`;
  const nothing = {
    host: undefined,
    port: undefined,
    ca: undefined,
    cert: undefined,
    key: undefined,
    timeout: undefined,
  };
  switch (route.kind) {
    case 'socket':
      return new Docker({ ...nothing, protocol: 'http', socketPath: route.path, version });
    case 'tcp': {
      const { host, port, certificates } = route;
      const tls =
        certificates === null ? { protocol: 'http' as const } : { protocol: 'https' as const, ...pemsIn(certificates) };
      return new Docker({ ...nothing, host, port, ...tls, socketPath: undefined, version });
    }
    case 'ssh': {
      const { host, port, user } = route;
      const agent = process.env.SSH_AUTH_SOCK;
      const sshOptions = agent === undefined ? {} : { agent };
      return new Docker({ ...nothing, protocol: 'ssh', host, port, username: user ?? undefined, sshOptions, version });
    }
  }
}

function pemsIn(folder: string): { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer } {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name));
    } catch (cause) {
      throw new DockerError('no-context', `${join(folder, name)} cannot be read, and the Docker engine asks for it`, {
        cause,
      });
    }
  };
  return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
}
