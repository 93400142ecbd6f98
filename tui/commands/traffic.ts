import { parseMix } from '../../sim/commands/mix.ts';
import type { TrafficStatus } from '../../sim/state/status.ts';
import { call, line, wrong, type Arguments, type Parsed } from './call.ts';

/** `traffic --rps 300`, `traffic --mix read=50%,write=50%`, `traffic --off`. A rate also switches it on. */
export function traffic({ flags }: Arguments): Parsed {
  const rps = flags.get('rps');
  const skew = flags.get('skew');
  const bad = [rps, skew].find((text) => text !== undefined && !/^\d+(\.\d+)?$/u.test(text.replace(/rps$/u, '')));
  if (bad !== undefined) return wrong(`A number, not "${bad}". Try: traffic --rps 300`);
  const mix = flags.has('mix') ? parseMix(flags.get('mix') ?? '') : null;
  if (mix && !mix.ok) return wrong(`--mix ${mix.error}`);
  if (flags.size === 0) return wrong('traffic --rps N, --mix read=70%,write=30%, --skew N, --off or --on.');
  const args = {
    ...(rps === undefined ? {} : { rps: Number(rps.replace(/rps$/u, '')) }),
    ...(mix ? { mix: mix.value } : {}),
    ...(skew === undefined ? {} : { skew: Number(skew) }),
    ...(flags.has('off') ? { on: false } : rps !== undefined || flags.has('on') ? { on: true } : {}),
  };
  return call('traffic.set', args, 'changing the load', (result: TrafficStatus) => line(said(result)));
}

function said({ on, targetRps, mix }: TrafficStatus): string {
  if (!on) return 'traffic is off';
  const shares = Object.entries(mix).map(([operation, ratio]) => `${operation} ${Math.round(ratio * 100)}%`);
  return `traffic: ${targetRps} requests/s asked for; ${shares.join(', ')}`;
}
