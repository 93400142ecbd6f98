import { runPart } from '../cells/runtime/part.ts';
import { serveAlb } from './alb.ts';
import type { AlbSettings } from './contract.ts';
import { albDecisions, type AlbDecisions } from './decisions.ts';

runPart<AlbSettings, AlbDecisions>(serveAlb, { of: 'alb', decisions: albDecisions });
