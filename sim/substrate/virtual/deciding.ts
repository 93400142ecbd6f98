import { auroraDecisions } from '../../../cells/aurora/decisions.ts';
import type { DecidingContext, PartContext } from '../../../cells/runtime/part.ts';
import { webDecisions } from '../../../cells/web/decisions.ts';
import { workerDecisions } from '../../../cells/worker/decisions.ts';
import { plant } from '../../../fixtures/bugs/index.ts';
import type { Decisions } from '../../../fixtures/bugs/planted-bug.ts';
import { albDecisions, routerDecisions } from '../../../router/decisions.ts';
import { controlDecisions } from '../../pilot/decisions.ts';

const own: Decisions = {
  aurora: auroraDecisions,
  web: webDecisions,
  worker: workerDecisions,
  router: routerDecisions,
  alb: albDecisions,
  control: controlDecisions,
};

/** What a program's frame does for it in a process of its own: hands it its decisions, with those replaced that its config names. */
export function deciding<Program extends keyof Decisions>(
  context: PartContext<never>,
  program: Program,
): DecidingContext<never, Decisions[Program]> {
  const name = context.config.replace ?? null;
  return { ...context, decisions: name === null ? own[program] : plant(name, program, own[program]) };
}
