import type { FaultKind } from './fault.ts';
import { kill } from './kill.ts';

/** The control plane is gone: traffic goes on, nothing is replaced, placed or scaled. */
export const controlDown: FaultKind = {
  ...kill,
  kind: 'control-down',
  summary: 'the control plane is down: traffic goes on, nothing is replaced, placed or scaled',
  example: 'petri fault control-down control --for 20s',
  targets: ['control'],
  defaultForMs: 60_000,
};
