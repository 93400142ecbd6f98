import { runPart } from '../cells/runtime/part.ts';
import type { AlbSettings } from './contract.ts';
import { serveAlb } from './alb.ts';

runPart<AlbSettings>(serveAlb);
