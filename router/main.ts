import { runPart } from '../cells/runtime/part.ts';
import type { RouterSettings } from './contract.ts';
import { routerDecisions, type RouterDecisions } from './decisions.ts';
import { serveRouter } from './serve-router.ts';

runPart<RouterSettings, RouterDecisions>(serveRouter, { of: 'router', decisions: routerDecisions });
