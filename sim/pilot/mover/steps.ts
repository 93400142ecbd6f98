import type { StepName } from './move.ts';
import type { Step } from './ports.ts';
import { clean } from './steps/clean.ts';
import { copy } from './steps/copy.ts';
import { drain } from './steps/drain.ts';
import { fence } from './steps/fence.ts';
import { flip } from './steps/flip.ts';
import { quiesce } from './steps/quiesce.ts';
import { resume } from './steps/resume.ts';
import { undo } from './steps/undo.ts';
import { verify } from './steps/verify.ts';

/** What is done at each step of a move; a mover is handed this table. */
export const moveSteps: Readonly<Record<StepName | 'undo', Step>> = {
  quiesce,
  drain,
  fence,
  copy,
  verify,
  flip,
  resume,
  clean,
  undo,
};

/** What is recorded once a step is done: `move.fenced` and the like. */
export const stepEvents: Readonly<Record<StepName | 'undo', string>> = {
  quiesce: 'move.quiesced',
  drain: 'move.drained',
  fence: 'move.fenced',
  copy: 'move.copied',
  verify: 'move.verified',
  flip: 'move.flipped',
  resume: 'move.resumed',
  clean: 'move.cleaned',
  undo: 'move.rolled-back',
};
