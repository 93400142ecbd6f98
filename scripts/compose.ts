/**
 * Writes docker-compose.yml anew from Petri's own plan of the default world.
 *
 *     node scripts/compose.ts
 */
import { writeFileSync } from 'node:fs';
import { composeFile } from '../sim/compose/compose-file.ts';

writeFileSync(new URL('../docker-compose.yml', import.meta.url), composeFile());
