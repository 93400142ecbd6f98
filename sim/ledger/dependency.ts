import type { CellMap } from '../../router/cell-map.ts';
import { kindOf } from '../world/address.ts';
import type { PartKind } from '../world/part.ts';
import type { OnLoss } from '../world/services.ts';

/** What depends on a part: pure data, so that a prediction can be read and argued with before anything is hurt. */
export type Effect = 'all-requests' | 'delayed' | 'none';

/** The world as a prediction needs it: who lives where, and which parts ought to run. */
export interface Estate {
  readonly map: CellMap;
  readonly parts: readonly {
    readonly address: string;
    readonly kind: PartKind;
    readonly cell: string | null;
    readonly role?: 'writer' | 'reader' | undefined;
  }[];
  /** By the name of a part that the world file added: what its loss does, as the file says. */
  readonly onLoss?: Readonly<Record<string, OnLoss>>;
}

/** `gone`: killed, crashed, stopped, refused, reset. `silent`: paused, cut, slow: it takes and does not answer. */
export type Loss = 'gone' | 'silent';

/** One part or link (`A->B`) that a fault or a death affects. */
export interface Affected {
  readonly address: string;
  readonly loss: Loss;
  /** Aurora: its role when it was affected; unknown is taken for the writer. */
  readonly role?: 'writer' | 'reader' | undefined;
  /** It is its volume that is hurt, and with it every part that has the same. */
  readonly volume?: boolean | undefined;
}

/** How long after the loss a request may still be handed to a part that is one of several, in milliseconds. */
export const handedOverMs: Readonly<Record<Loss, number>> = { gone: 250, silent: 2000 };

/** The dependency table: for each kind of loss its effect on the tenants of the cell (on all, outside cells), and why. */
export const dependencyTable = {
  alb: { effect: 'all-requests', because: 'every request of the cell passes its load balancer' },
  links: { effect: 'all-requests', because: 'every connection into the cell and to its stores passes its links' },
  'all-web': { effect: 'all-requests', because: 'no web task is left to answer' },
  'some-web': { effect: 'none', because: 'the load balancer takes it out; only requests that it held are in doubt' },
  'aurora-writer': { effect: 'all-requests', because: 'nothing can be committed until the reader is promoted' },
  'aurora-reader': { effect: 'none', because: 'the writer answers reads too' },
  'aurora-volume': {
    effect: 'all-requests',
    because: 'both instances have one volume: nothing can be committed in time, whoever writes',
  },
  dynamodb: { effect: 'none', because: 'only quotas and attempts of jobs are kept there, and both have a last value' },
  worker: { effect: 'delayed', because: 'jobs wait in the queue; requests are answered by the web tasks' },
  xl: { effect: 'delayed', because: 'large jobs wait in their queue; requests are answered by the web tasks' },
  sqs: { effect: 'delayed', because: 'jobs are rows in Aurora first; they are delivered when the engine is back' },
  'all-routers': { effect: 'all-requests', because: 'every request comes through a router and none is left' },
  'some-routers': { effect: 'none', because: 'the other routers answer; only requests that it held are in doubt' },
  map: { effect: 'none', because: 'routers work from their own copy of the map' },
  control: { effect: 'none', because: 'requests never pass the control plane' },
  traffic: { effect: 'none', because: 'it is a client' },
  'router-link': { effect: 'all-requests', because: 'every request of the cell comes over this link' },
  'web-aurora-link': {
    effect: 'all-requests',
    because: 'a web task cut off from its database is still sent requests: any tenant of the cell may meet it',
  },
  'web-sqs-link': {
    effect: 'delayed',
    because: 'the relay runs in the web tasks: jobs wait until it can deliver them',
  },
  'worker-link': { effect: 'delayed', because: 'the worker cannot take or finish jobs; requests are answered as ever' },
  'service-refused': {
    effect: 'all-requests',
    because: "a part of the user's own: nobody can know what its cell does without it, so any tenant may be hit",
  },
  'service-delayed': { effect: 'delayed', because: 'the world file says that work waits until this part is back' },
  'service-none': { effect: 'none', because: 'the world file says that its cell does without this part' },
  'side-link': { effect: 'none', because: 'no request needs this link' },
} as const satisfies Record<string, { readonly effect: Effect; readonly because: string }>;

export type RowName = keyof typeof dependencyTable;

export interface Prediction {
  /** Tenants whose every request may fail. */
  readonly hit: ReadonlySet<string>;
  /** Tenants whose jobs wait, and whose requests are answered. */
  readonly delayed: ReadonlySet<string>;
  /** Which row each affected part or link fell under. */
  readonly rows: readonly { readonly address: string; readonly row: RowName }[];
}

/** Who is hit when all of these are lost together. */
export function predict(affected: readonly Affected[], estate: Estate): Prediction {
  const lost = new Set(affected.map(({ address }) => address));
  const hit = new Set<string>();
  const delayed = new Set<string>();
  const rows: { address: string; row: RowName }[] = [];
  const places = new Map<string | null, Set<string>>();
  for (const one of affected) {
    const row = rowOf(one, lost, estate);
    rows.push({ address: one.address, row });
    const { effect } = dependencyTable[row];
    const into = effect === 'all-requests' ? hit : effect === 'delayed' ? delayed : null;
    if (into) places.set(cellOf(one.address), (places.get(cellOf(one.address)) ?? new Set()).add(effect));
  }
  for (const [tenant, { cell }] of Object.entries(estate.map.tenants)) {
    for (const effects of [places.get(cell), places.get(null)]) {
      if (effects?.has('all-requests')) hit.add(tenant);
      if (effects?.has('delayed')) delayed.add(tenant);
    }
  }
  return { hit, delayed, rows };
}

const outsideCells: ReadonlySet<string> = new Set(['router', 'map', 'control', 'traffic']);

/** The cell that a part or link belongs to; null outside cells. `links/b`, `router->b` and `control->b/aurora` belong to b. */
export function cellOf(address: string): string | null {
  const [near = '', far] = address.split('->');
  if (far !== undefined) return cellOf(near) ?? cellOf(far);
  const [first = '', second] = near.split('/');
  if (first === 'links') return second ?? null;
  return outsideCells.has(first) ? null : first;
}

function rowOf({ address, role, volume }: Affected, lost: ReadonlySet<string>, estate: Estate): RowName {
  if (address.includes('->')) return linkRow(address, estate);
  const [first = '', second] = address.split('/');
  const kind = kindOf(address);
  switch (kind) {
    case 'alb':
    case 'links':
    case 'dynamodb':
    case 'worker':
    case 'xl':
    case 'sqs':
    case 'map':
    case 'control':
    case 'traffic':
      return kind;
    case 'aurora':
      if (volume) return 'aurora-volume';
      return role === 'reader' ? 'aurora-reader' : 'aurora-writer';
    case 'web':
      return allLost(lost, estate, 'web', first) ? 'all-web' : 'some-web';
    case 'router':
      return allLost(lost, estate, 'router', null) ? 'all-routers' : 'some-routers';
    case 'service':
      return `service-${estate.onLoss?.[second ?? ''] ?? 'refused'}`;
  }
}

function allLost(lost: ReadonlySet<string>, estate: Estate, kind: PartKind, cell: string | null): boolean {
  return estate.parts.every((part) => part.kind !== kind || part.cell !== cell || lost.has(part.address));
}

function linkRow(link: string, estate: Estate): RowName {
  const [from = '', to = ''] = link.split('->');
  const near = from.split('/');
  const far = to.split('/')[1];
  if (near[0] === 'router') return 'router-link';
  if (near[0] === 'control') return 'side-link';
  if (near[1] === 'worker' || near[1] === 'xl') return 'worker-link';
  if (kindOf(to) === 'service' || near[1] !== 'web') return `service-${lossOfLink(near[1] ?? '', far ?? '', estate)}`;
  if (far === 'dynamodb') return 'side-link';
  return far === 'sqs' ? 'web-sqs-link' : 'web-aurora-link';
}

/** A link between parts of the user's own does no more than the loss of either side could. */
function lossOfLink(near: string, far: string, { onLoss }: Estate): OnLoss {
  const rank = { refused: 2, delayed: 1, none: 0 } as const;
  const sides = near === 'web' ? [far] : [near, far];
  const losses = sides.map((name) => onLoss?.[name] ?? 'refused');
  return losses.toSorted((left, right) => rank[left] - rank[right])[0] ?? 'refused';
}
