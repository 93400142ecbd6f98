/** Every program that Petri ships, and the source it starts from. In dist/ each is `NAME.js`. */
export const programs = {
  petri: 'tui/main.ts',
  supervisor: 'sim/supervisor/main.ts',
  reaper: 'sim/supervisor/reaper-main.ts',
  router: 'router/main.ts',
  alb: 'router/alb-main.ts',
  web: 'cells/web/main.ts',
  worker: 'cells/worker/main.ts',
  aurora: 'cells/aurora/main.ts',
  dynamodb: 'cells/dynamodb/main.ts',
  'queue-engine': 'cells/sqs/main.ts',
  links: 'sim/links/main.ts',
  control: 'sim/pilot/main.ts',
  traffic: 'sim/traffic/main.ts',
  'compose-part': 'sim/compose/main.ts',
  porthole: 'sim/porthole/main.ts',
  search: 'sim/search/main.ts',
};

/** What a program loads by its name where it is put together with something else. In dist/ it is `NAME.js`, too. */
export const libraries = {
  bugs: 'fixtures/bugs/index.ts',
};
