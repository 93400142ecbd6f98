import { runPart } from '../../cells/runtime/part.ts';
import type { ControlSettings } from './contract.ts';
import { startControl } from './server.ts';

runPart<ControlSettings>(startControl);
