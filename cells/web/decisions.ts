import { auroraFailure } from './aurora-failure.ts';
import { handlers } from './handle.ts';
import { rowsToDeliver } from './relay-plan.ts';

/** What a web task decides by. */
export interface WebDecisions {
  readonly handlers: typeof handlers;
  readonly auroraFailure: typeof auroraFailure;
  readonly rowsToDeliver: typeof rowsToDeliver;
}

export const webDecisions: WebDecisions = { handlers, auroraFailure, rowsToDeliver };
