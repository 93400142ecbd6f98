import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Ground, GroundInputs } from './ground.ts';

export async function prepareDockerGround(inputs: GroundInputs): Promise<Ground> {
  throw new RpcError('unavailable', `a world on ${inputs.world.on} cannot be grown yet`);
}
