import type { Figure } from './frame.ts';
import { routerThroughput } from './p01-router.ts';
import { routerLatency } from './p02-router-latency.ts';
import { growth } from './p03-up.ts';
import { docker } from './p04-docker.ts';
import { notice } from './p05-notice.ts';
import { sustainedLoad } from './p06-load.ts';
import { virtualTime } from './p07-virtual.ts';
import { virtualScale } from './p08-scale.ts';
import { searchRate } from './p09-search.ts';
import { screen } from './p10-screen.ts';
import { linkLatency } from './p11-links.ts';
import { freshClone } from './p12-clone.ts';

/** Every figure, in the order of the table. */
export const figures: readonly Figure[] = [
  routerThroughput,
  routerLatency,
  growth,
  docker,
  notice,
  sustainedLoad,
  virtualTime,
  virtualScale,
  searchRate,
  screen,
  linkLatency,
  freshClone,
];
