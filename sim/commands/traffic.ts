import type { TrafficStatus } from '../state/status.ts';
import { parseNumber, parseRate, type Parsed } from '../world/quantities.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { withWorld } from './live-world.ts';
import { parseMix } from './mix.ts';
import { flag, numberOption, parsedOption } from './options.ts';
import { figure, percent, printJson } from './print.ts';

const rpsRange = { min: 0, max: 100_000 };

export async function run(invocation: Invocation): Promise<void> {
  const { options, context } = invocation;
  if (flag(options, 'on') && flag(options, 'off')) usage('give --on or --off, not both');
  const rps = parsedOption(options, 'rps', rateOrNumber);
  const mix = parsedOption(options, 'mix', parseMix);
  const skew = numberOption(options, 'skew', { min: 0, max: 3 });
  const on = flag(options, 'on') ? true : flag(options, 'off') ? false : null;
  const change = {
    ...(rps === null ? {} : { rps }),
    ...(mix === null ? {} : { mix }),
    ...(skew === null ? {} : { skew }),
    ...(on === null ? {} : { on }),
  };
  const traffic = await withWorld(invocation, (world) =>
    Object.keys(change).length === 0
      ? world.call('status', {}).then((status) => status.traffic)
      : world.call('traffic.set', change),
  );
  if (flag(options, 'json')) printJson(context, traffic);
  else context.out(describe(traffic));
}

function describe({ on, targetRps, offeredPerSecond, retriesPerSecond, skew, mix }: TrafficStatus): string {
  const shares = Object.entries(mix).map(([operation, ratio]) => `${operation} ${percent(ratio)}`);
  const state = on ? 'on' : 'off';
  return `traffic ${state}: ${figure(targetRps)} req/s asked for, ${figure(offeredPerSecond)} offered, ${figure(retriesPerSecond)} of them retries; ${shares.join(', ')}; skew ${skew}`;
}

/** `200` and `200rps` both. */
function rateOrNumber(text: string): Parsed<number> {
  return text.endsWith('rps') ? parseRate(text, rpsRange) : parseNumber(text, rpsRange);
}
