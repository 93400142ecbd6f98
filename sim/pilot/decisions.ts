import { decide } from './decide.ts';
import { admitMove } from './mover/admission.ts';
import { beginWrites, takesOver } from './mover/progress.ts';
import { moveSteps } from './mover/steps.ts';

/** What control decides by. */
export interface ControlDecisions {
  readonly decide: typeof decide;
  readonly admitMove: typeof admitMove;
  readonly beginWrites: typeof beginWrites;
  readonly takesOver: typeof takesOver;
  readonly moveSteps: typeof moveSteps;
}

export const controlDecisions: ControlDecisions = { decide, admitMove, beginWrites, takesOver, moveSteps };
