import { pickTask } from './balance.ts';
import { afterBrokenAtCell, afterBrokenAtTask, afterLateAtCell, afterLateAtTask, afterStale } from './forwarding.ts';
import { observe } from './health.ts';
import { validateMap } from './map-validate.ts';
import { route } from './route.ts';

/** What a cell router decides by. */
export interface RouterDecisions {
  readonly route: typeof route;
  readonly observe: typeof observe;
  readonly validateMap: typeof validateMap;
  readonly afterBroken: typeof afterBrokenAtCell;
  readonly afterLate: typeof afterLateAtCell;
  readonly afterStale: typeof afterStale;
}

export const routerDecisions: RouterDecisions = {
  route,
  observe,
  validateMap,
  afterBroken: afterBrokenAtCell,
  afterLate: afterLateAtCell,
  afterStale,
};

/** What a cell's load balancer decides by. */
export interface AlbDecisions {
  readonly pickTask: typeof pickTask;
  readonly observe: typeof observe;
  readonly afterBroken: typeof afterBrokenAtTask;
  readonly afterLate: typeof afterLateAtTask;
}

export const albDecisions: AlbDecisions = {
  pickTask,
  observe,
  afterBroken: afterBrokenAtTask,
  afterLate: afterLateAtTask,
};
