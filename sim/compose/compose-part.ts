import type { PartConfig } from '../../cells/runtime/part-config.ts';
import { planOfPorthole } from '../substrate/docker/container-plan.ts';
import type { TrafficSettings } from '../traffic/contract.ts';
import { portholeAddress } from '../substrate/docker/names.ts';
import type { Program } from '../world/part.ts';
import { composePlan, composeWorld } from './compose-world.ts';

export interface ComposePart {
  readonly program: Program | 'porthole';
  readonly config: PartConfig;
}

/** What a container of the Compose file runs, worked out from its address alone. Throws where the plan has no such part. */
export function composePart(address: string, token: string): ComposePart {
  if (address === portholeAddress) {
    const { input } = planOfPorthole({
      project: '',
      world: composeWorld.name,
      image: '',
      token,
      cells: composePlan(token).cells,
    });
    return { program: 'porthole', config: JSON.parse(input) as PartConfig };
  }
  const part = composePlan(token).part(address);
  if (part === null || !('config' in part.run))
    throw new Error(`the Compose file has no part ${JSON.stringify(address)}: give an address such as b/web/1`);
  const { program, config } = part.run;
  // Nobody turns the traffic on here.
  const on = { ...(config.settings as TrafficSettings), on: composeWorld.traffic.on };
  return { program, config: address === 'traffic' ? { ...config, settings: on } : config };
}
