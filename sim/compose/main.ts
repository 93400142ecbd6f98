/**
 * What a container of docker-compose.yml runs: `compose-part b/web/1`. Under plain Compose nobody hands a part its config, so it
 * works that out itself, with the secret of its environment (PETRI_TOKEN), and becomes the part.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { programPath } from '../supervisor/programs.ts';
import { composePart } from './compose-part.ts';

const token = process.env['PETRI_TOKEN'];
if (!token) throw new Error('PETRI_TOKEN is not set: docker-compose.yml gives every container the same one');
const { program, config } = composePart(process.argv[2] ?? '', token);

// A part is told the path of its config: as on processes, only that this one is in memory and nobody else's.
const file = join(tmpdir(), 'part.json');
writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
process.argv[2] = file;
await import(pathToFileURL(programPath(program)).href);
