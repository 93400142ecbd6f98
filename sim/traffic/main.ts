import { runPart } from '../../cells/runtime/part.ts';
import type { TrafficSettings } from './contract.ts';
import { startTraffic } from './traffic.ts';

runPart<TrafficSettings>((context) => startTraffic(context));
