import { runPart } from '../cells/runtime/part.ts';
import type { RouterSettings } from './contract.ts';
import { serveRouter } from './serve-router.ts';

runPart<RouterSettings>(serveRouter);
