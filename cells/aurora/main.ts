import { runPart } from '../runtime/part.ts';
import type { AuroraSettings } from './contract.ts';
import { auroraDecisions, type AuroraDecisions } from './decisions.ts';
import { startAurora } from './server.ts';

runPart<AuroraSettings, AuroraDecisions>((context) => startAurora(context), {
  of: 'aurora',
  decisions: auroraDecisions,
});
