import { runPart } from '../runtime/part.ts';
import type { DynamodbSettings } from './contract.ts';
import { startDynamodb } from './server.ts';

runPart<DynamodbSettings>((context) => startDynamodb(context));
