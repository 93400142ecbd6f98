import { runPart } from '../runtime/part.ts';
import type { AuroraSettings } from './contract.ts';
import { startAurora } from './server.ts';

runPart<AuroraSettings>((context) => startAurora(context));
