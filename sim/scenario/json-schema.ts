/**
 * The scenario file's schema for editors, committed as `scenario.schema.json`. To write it again:
 *
 *     node sim/scenario/json-schema.ts > scenario.schema.json
 */
import { z } from 'zod';
import { scenarioFileSchema } from './schema.ts';

/** The text of `scenario.schema.json`. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(scenarioFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'A scenario of Petri', ...schema }, null, 2)}\n`;
}

if (import.meta.main) process.stdout.write(jsonSchemaText());
