import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where each program's source begins, from the root of the repository. */
const sources: Readonly<Record<string, string>> = {
  alb: 'router/alb-main.ts',
  router: 'router/main.ts',
  web: 'cells/web/main.ts',
  worker: 'cells/worker/main.ts',
  aurora: 'cells/aurora/main.ts',
  dynamodb: 'cells/dynamodb/main.ts',
  'queue-engine': 'cells/sqs/main.ts',
  links: 'sim/links/main.ts',
  control: 'sim/pilot/main.ts',
  traffic: 'sim/traffic/main.ts',
  porthole: 'sim/porthole/main.ts',
  search: 'sim/search/main.ts',
  supervisor: 'sim/supervisor/main.ts',
  reaper: 'sim/supervisor/reaper-main.ts',
};

/** The file that runs a program: the bundle beside the one that runs now, else the source where this is run from it. */
export function programPath(program: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  // A bundle stands in dist/ itself, a chunk that several share in a folder of it.
  for (const folder of [here, dirname(here)]) {
    const bundle = join(folder, `${program}.js`);
    if (existsSync(bundle)) return bundle;
  }
  const source = sources[program];
  if (source === undefined) throw new Error(`there is no program ${program}`);
  return join(here, '..', '..', source);
}
