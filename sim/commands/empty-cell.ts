import type { Invocation } from './context.ts';
import { Failure, unavailable } from './failure.ts';
import { withWorld, type LiveWorld } from './live-world.ts';
import { flag } from './options.ts';
import { printJson } from './print.ts';
import { tellProgress } from './tell-progress.ts';

const lookEveryMs = 300;
/** A move that fails is tried again, to another cell, after ten seconds. */
const stillMsMax = 45_000;

const whyStill = 'petri events --kinds move.failed tells why, and control keeps at it';

interface Emptied {
  readonly cell: string;
  readonly state: string;
  readonly left: number;
  /** Those that were not to leave. */
  readonly stay: readonly string[];
}

/** What `drain` and `evacuate` share: begins it, and tells how far it is until the cell is as empty as it is to be. */
export async function emptyCell(invocation: Invocation, how: 'drain' | 'evacuate'): Promise<void> {
  const { args, options, context } = invocation;
  const cell = args[0]!;
  if (flag(options, 'off')) {
    const open = await withWorld(invocation, (world) => world.call('cell.empty', { cell, how: 'off' }));
    if (flag(options, 'json')) return printJson(context, open);
    return context.out(`cell ${cell} takes tenants again; ${open.tenants} live there`);
  }
  const emptied = await withWorld(invocation, async (world) => {
    const { tenants } = await world.call('cell.empty', { cell, how });
    const progress = tellProgress(context);
    try {
      return await untilEmpty(world, { cell, how, tenants, tell: progress.tell });
    } finally {
      progress.end();
    }
  });
  if (flag(options, 'json')) return printJson(context, emptied);
  const stay = emptied.stay.length === 0 ? '' : `; pinned there: ${emptied.stay.join(', ')}`;
  context.out(`cell ${cell} is ${emptied.state}: ${emptied.left} tenants left it${stay}`);
}

interface Watch {
  readonly cell: string;
  readonly how: 'drain' | 'evacuate';
  readonly tenants: number;
  readonly tell: (sentence: string) => void;
}

async function untilEmpty(world: LiveWorld, { cell, how, tenants, tell }: Watch): Promise<Emptied> {
  let last = { text: '', atMs: performance.now() };
  for (;;) {
    const [all, books] = await Promise.all([world.call('tenants', {}), world.call('moves', {})]);
    const there = all.filter((tenant) => tenant.cell === cell);
    const stay = how === 'drain' ? there.filter(({ override }) => override === 'pinned').map(({ id }) => id) : [];
    const moving = books.moves.filter(({ from }) => from === cell);
    const state = books.closed[cell] ?? 'active';
    const left = Math.max(0, tenants - there.length);
    if (there.length === stay.length && moving.length === 0 && (state === 'evacuated' || stay.length > 0))
      return { cell, state, left, stay };
    if (state === 'active')
      unavailable(`somebody else let cell ${cell} take tenants again: ${left} of ${tenants} have left it`);
    const text = `${left} of ${tenants} tenants have left cell ${cell}, ${moving.length} are on their way`;
    tell(text);
    if (text !== last.text) last = { text, atMs: performance.now() };
    if (performance.now() - last.atMs > stillMsMax)
      throw new Failure('unproven', `${text}, and nothing goes on: ${whyStill}`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}
