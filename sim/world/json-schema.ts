/**
 * The world file's schema for editors, committed as `petri.schema.json`. To write it again:
 *
 *     node sim/world/json-schema.ts > petri.schema.json
 */
import { z } from 'zod';
import { worldFileSchema } from './schema.ts';

/** The text of `petri.schema.json`. */
export function jsonSchemaText(): string {
  const schema = z.toJSONSchema(worldFileSchema, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify({ title: 'A world of Petri', ...schema }, null, 2)}\n`;
}

if (import.meta.main) process.stdout.write(jsonSchemaText());
