import type { Event } from '../../cells/runtime/events.ts';
import { safeJson, safeText } from '../state/safe-text.ts';
import type { Invocation } from './context.ts';
import { withWorld } from './live-world.ts';
import { flag, textOption, wholeOption } from './options.ts';
import { clock } from './print.ts';

const headKeys = new Set(['v', 't', 'at', 'seq', 'life', 'part', 'kind']);

export async function run(invocation: Invocation): Promise<void> {
  const { options, context } = invocation;
  const kinds = textOption(options, 'kinds')?.split(',') ?? null;
  const limit = wholeOption(options, 'lines', { min: 1, max: 100_000 }) ?? 100;
  const print = (event: unknown) => context.data(flag(options, 'json') ? safeJson(event) : describe(event as Event));
  await withWorld(invocation, async (world) => {
    const newest = await world.call('events', { limit, kinds });
    newest.forEach(print);
    if (newest.length === 0) context.err(`no event${kinds === null ? '' : ` of ${kinds.join(', ')}`} is kept`);
    if (!flag(options, 'follow')) return;
    world.onNotify((method, event) => {
      if (method === 'event') print(event);
    });
    await world.call('events.follow', { kinds });
    await world.closed;
  });
}

function describe(event: Event): string {
  const fields = Object.entries(event).filter(([key, value]) => !headKeys.has(key) && value !== null);
  const text = fields.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return safeText(`${clock(event.at)} ${event.part} ${event.kind} ${text.join(' ')}`.trimEnd());
}
