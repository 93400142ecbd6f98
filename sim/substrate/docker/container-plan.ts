import { eventsFolder, hostOf, redisPort, servesPort } from '../../world/docker-places.ts';
import type { ForeignRun, PartKind, PartSpec } from '../../world/part.ts';
import type { PartConfig } from '../../../cells/runtime/part-config.ts';
import type { PortholeSettings } from '../../porthole/contract.ts';
import { nodeFlags } from '../process/part-environment.ts';
import { foreignOptions } from './foreign-container.ts';
import { networksOf, outsideNetwork, cellNetwork, portholeAddress } from './names.ts';
import type { ContainerPlan } from './part-container.ts';

/** Where Petri's image has its programs. */
const programs = '/petri/dist';

const worksBehind: ReadonlySet<PartKind> = new Set(['worker', 'xl']);

export interface PlanSurroundings {
  readonly project: string;
  /** Petri's own image. */
  readonly image: string;
  /** The host's port of each part that is reached from outside. */
  readonly routerPorts: Readonly<Record<string, number>>;
  /** Whether something answers at a port of a container. */
  readonly answers: (host: string, port: number) => Promise<boolean>;
  /** Whether a service of the user's own serves. */
  readonly serves: (run: ForeignRun) => Promise<boolean>;
}

/** A part as a container. */
export function planOfPart(part: PartSpec, around: PlanSurroundings): ContainerPlan {
  const { address, run } = part;
  const common = {
    address,
    size: part.size,
    worksBehind: worksBehind.has(part.kind),
    networks: networksOf(around.project, part),
    volume: part.volume,
    publishAt: around.routerPorts[address] ?? null,
  };
  switch (run.program) {
    case 'redis':
      throw new Error(`${address}: an executable of this machine is not run in a container`);
    case 'foreign': {
      if (run.image === null) throw new Error(`${address} has a command and no image: give its service one`);
      return {
        request: {
          ...common,
          image: run.image,
          entrypoint: '',
          command: [],
          events: { kind: 'none' },
          foreign: foreignOptions(run),
        },
        input: '',
        inputEnds: true,
        probe: () => around.serves(run),
      };
    }
    case 'redis-image': {
      const engine = { image: run.image, entrypoint: 'redis-server', command: ['-'] };
      return {
        request: { ...common, ...engine, events: { kind: 'none' } },
        input: run.configuration,
        inputEnds: true,
        probe: () => around.answers(hostOf(address), redisPort),
      };
    }
    default: {
      const command = [...nodeFlags(run.program), `${programs}/${run.program}.js`, '-'];
      return {
        request: {
          ...common,
          image: run.image ?? around.image,
          entrypoint: 'node',
          command,
          events: { kind: 'writes', cell: part.cell },
        },
        input: `${JSON.stringify(run.config)}\n`,
        inputEnds: false,
        probe: null,
      };
    }
  }
}

export interface PortholeInputs {
  readonly project: string;
  readonly world: string;
  readonly image: string;
  /** A secret of its own: what runs in a cell stands beside the porthole, and knows the world's. */
  readonly token: string;
  readonly cells: readonly string[];
}

/** The porthole as a container. The engine chooses the port that it is reached at. */
export function planOfPorthole({ project, world, image, token, cells }: PortholeInputs): ContainerPlan {
  const config: PartConfig<PortholeSettings> = {
    world,
    address: portholeAddress,
    cell: null,
    token,
    listen: { host: '0.0.0.0', port: servesPort },
    admin: null,
    eventsFile: '/tmp/porthole.ndjson',
    volume: null,
    upstreams: {},
    settings: { events: eventsFolder },
  };
  const flags = ['--max-semi-space-size=4', '--max-old-space-size=96', '--v8-pool-size=1'];
  return {
    request: {
      address: portholeAddress,
      image,
      entrypoint: 'node',
      command: [...flags, `${programs}/porthole.js`, '-'],
      size: { cpus: 1, memoryBytes: 192 * 1024 * 1024 },
      worksBehind: false,
      networks: [outsideNetwork(project), ...cells.map((cell) => cellNetwork(project, cell))],
      volume: null,
      events: { kind: 'reads', cells },
      publishAt: 0,
    },
    input: `${JSON.stringify(config)}\n`,
    inputEnds: false,
    probe: null,
  };
}
