import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Handler } from '../../cells/protocol/server.ts';
import { SubstrateError } from '../substrate/substrate-error.ts';

/** What the substrate refuses is told as `unavailable` and is no bug of ours: an engine that was stopped, or cannot freeze a container. */
export function explained(handler: Handler): Handler {
  const translate = (error: unknown): never => {
    if (error instanceof SubstrateError) throw new RpcError('unavailable', error.message, { cause: error });
    throw error;
  };
  return (args, peer) => {
    try {
      const answer = handler(args, peer);
      return answer instanceof Promise ? answer.catch(translate) : answer;
    } catch (error) {
      return translate(error);
    }
  };
}
