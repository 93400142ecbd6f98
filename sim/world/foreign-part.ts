import type { Endpoint } from '../../cells/runtime/part-config.ts';
import type { PartSpec } from './part.ts';
import { fill } from './placeholders.ts';
import type { Places } from './places.ts';
import { isReplaceable, serviceVolume, type ServiceSpec } from './services.ts';

export interface ForeignPartInputs {
  readonly address: string;
  /** The service's name in the world file: `web`, `db`. */
  readonly name: string;
  readonly cell: string;
  readonly index: number | null;
  readonly spec: ServiceSpec;
  readonly places: Places;
  /** Where this part reaches another part of its cell: the near end of the link between them. */
  readonly reachPart: (part: string) => Endpoint;
}

/** A service of the user's own as a part, with every placeholder filled. */
export function foreignPart(inputs: ForeignPartInputs): PartSpec {
  const { address, name, cell, index, spec, places } = inputs;
  const self = places.listen(address);
  const filled = (text: string) => fill(text, (hole) => valueOf(hole, self, inputs));
  const env = Object.fromEntries(Object.entries(spec.env).map(([variable, text]) => [variable, filled(text)]));
  const mounts = Object.entries(spec.volumes).map(([volume, folder]) => ({
    volume: serviceVolume(cell, name, volume),
    folder,
  }));
  return {
    address,
    kind: isReplaceable(name) ? name : 'service',
    cell,
    index,
    volume: null,
    size: spec.size,
    run: {
      program: 'foreign',
      command: spec.command && spec.command.map(filled),
      image: spec.image,
      args: spec.args && spec.args.map(filled),
      env: spec.port === null ? env : { PORT: String(self.port), ...env },
      ready: spec.port === null ? null : { endpoint: places.reach(address), health: spec.health },
      user: spec.user,
      root: spec.root,
      tmpfs: spec.tmpfs,
      mounts,
    },
  };
}

function valueOf(hole: string, self: Endpoint, { cell, name, spec, places, reachPart }: ForeignPartInputs): string {
  if (hole === 'cell') return cell;
  if (hole === 'self.port') return String(self.port);
  if (hole === 'self.host') return self.host;
  if (hole.startsWith('volume.')) {
    const volume = hole.slice('volume.'.length);
    return places.volume(serviceVolume(cell, name, volume), spec.volumes[volume]);
  }
  const half = /\.(host|port)$/.exec(hole)?.[1];
  const { host, port } = reachPart(half ? hole.slice(0, -half.length - 1) : hole);
  if (half === 'host') return host;
  return half === 'port' ? String(port) : `${host}:${port}`;
}
