import { runPart } from '../../cells/runtime/part.ts';
import type { ControlSettings } from './contract.ts';
import { controlDecisions, type ControlDecisions } from './decisions.ts';
import { startControl } from './server.ts';

runPart<ControlSettings, ControlDecisions>(startControl, { of: 'control', decisions: controlDecisions });
