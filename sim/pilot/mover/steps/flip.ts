import { entries } from '../move.ts';
import type { Step } from '../ports.ts';

/** The map names the new home and the new epoch: from here on there is only forward. The routers still refuse. */
export const flip: Step = async (move) => {
  return { kind: 'done', change: { from: entries.moving(move), to: entries.flipped(move) } };
};
