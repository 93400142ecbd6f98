import { openVirtualWorld } from '../substrate/virtual/virtual-world.ts';
import { beginsAtMs, beginsT } from '../substrate/virtual/virtual-runtime.ts';
import type { StateFolder } from '../supervisor/state-folder.ts';
import { version } from '../version.ts';
import type { World } from '../world/world.ts';
import { VirtualOwner } from './owner.ts';

/** A world in virtual time, to be grown from its seed and watched through the socket in that folder. */
export function ownVirtualWorld(world: World, folder: StateFolder): VirtualOwner {
  const session = {
    world,
    // The pictures are made from the record, which also has the past.
    grow: (grown: World) => openVirtualWorld(grown, { seed: grown.seed, observe: false }),
    unixOf: (t: number) => beginsAtMs + (t - beginsT) / 1000,
    release: version,
  };
  return new VirtualOwner({ world, folder, session });
}
