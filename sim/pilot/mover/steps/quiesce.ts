import { entries } from '../move.ts';
import type { Step } from '../ports.ts';

/** The map says that the tenant is on its way: every router that hears of it hands no request of it to a cell any more. */
export const quiesce: Step = async (move) => {
  return { kind: 'done', change: { from: entries.before(move), to: entries.moving(move) } };
};
