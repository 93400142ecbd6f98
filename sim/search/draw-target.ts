import type { FaultKind } from '../faults/fault.ts';
import { cellIds } from '../world/population.ts';
import type { World } from '../world/world.ts';
import type { Dice } from './dice.ts';

type TargetShape = FaultKind['targets'][number];

/** Those that a drawn world always has: XL workers come and go with their work, and services are somebody's own. */
const drawable: readonly TargetShape[] = [
  'cell',
  'alb',
  'web',
  'worker',
  'aurora',
  'dynamodb',
  'sqs',
  'links',
  'router',
  'map',
  'control',
  'link',
];

/** What a kind of fault may be drawn for. Tasks and the links to them come before what takes a whole cell away. */
export function shapesOf(kind: FaultKind, world: World): readonly (readonly [TargetShape, number])[] {
  const there = (shape: TargetShape) =>
    shape === 'worker' ? world.cell.worker > 0 : !(world.cell.without as readonly string[]).includes(shape);
  const shapes = drawable.filter((shape) => kind.targets.includes(shape) && there(shape));
  return shapes.map((shape) => [shape, shape === 'link' ? 4 : shape === 'aurora' ? 3 : 2] as const);
}

/** Where most of a schedule happens. */
export interface Focus {
  readonly cell: string;
  /** Tenants move: what happens there happens on the other side and on control's way as well. */
  readonly moves: boolean;
}

/** A target of this shape; most of a schedule's faults meet in one cell. */
export function drawTarget(dice: Dice, world: World, shape: TargetShape, focus: Focus, n: number): string {
  const cells = cellIds(world.cells);
  const own = dice.chance(focus.moves ? 0.4 : 0.6, 'focus', 'cell', n);
  const cell = own ? focus.cell : dice.pick(cells, 'target', 'cell', n);
  const index = (count: number) => dice.whole(1, Math.max(1, count), 'target', 'index', n);
  switch (shape) {
    case 'cell':
      return cell;
    case 'map':
    case 'control':
      return shape;
    case 'router':
      return `router/${index(world.routers)}`;
    case 'links':
      return `links/${cell}`;
    case 'aurora':
      return dice.chance(0.6, 'target', 'writer', n) ? `${cell}/aurora/writer` : `${cell}/aurora/${index(2)}`;
    case 'web':
    case 'worker':
      return `${cell}/${shape}/${index(world.cell[shape])}`;
    case 'link':
      return drawLink(dice, world, cell, focus.moves, n);
    case 'alb':
    case 'dynamodb':
    case 'sqs':
    case 'xl':
    case 'service':
    case 'traffic':
      return `${cell}/${shape}`;
  }
}

function drawLink(dice: Dice, world: World, cell: string, moves: boolean, n: number): string {
  if (moves && dice.chance(0.3, 'link', 'control', n)) return `control->${cell}/aurora`;
  if (dice.chance(0.35, 'link', 'router', n)) return `router->${cell}`;
  const tasks = (['web', 'worker'] as const).flatMap((service) =>
    Array.from({ length: world.cell[service] }, (_, at) => `${cell}/${service}/${at + 1}`),
  );
  const stores = (['aurora', 'dynamodb', 'sqs'] as const).filter((store) => !world.cell.without.includes(store));
  const from = dice.pick([...tasks, 'control'], 'link', 'from', n);
  const to = dice.pick(from === 'control' ? stores.filter((store) => store !== 'sqs') : stores, 'link', 'to', n);
  return `${from}->${cell}/${to}`;
}
