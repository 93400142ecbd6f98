import type { TrafficStatus } from '../state/status.ts';
import { parseShare, quote, type Parsed } from '../world/quantities.ts';
import { didYouMean } from '../world/suggest.ts';

const operations = ['read', 'write', 'job', 'xl'] as const;

/** `read=70%,write=24%,job=5%,xl=1%`: what is left out is 0, and the sum is 100%. */
export function parseMix(text: string): Parsed<TrafficStatus['mix']> {
  const mix = { read: 0, write: 0, job: 0, xl: 0 };
  const seen = new Set<string>();
  for (const item of text.split(',')) {
    const [name = '', share = ''] = item.split('=').map((word) => word.trim());
    const operation = operations.find((candidate) => candidate === name);
    if (operation === undefined)
      return {
        ok: false,
        error: `knows ${operations.join(', ')}, as in read=70%,write=30%, not ${quote(name)}${didYouMean(name, operations)}`,
      };
    if (seen.has(name)) return { ok: false, error: `has ${name} twice` };
    seen.add(name);
    const parsed = parseShare(share);
    if (!parsed.ok) return { ok: false, error: `${name} ${parsed.error}` };
    mix[operation] = parsed.value;
  }
  const sum = Object.values(mix).reduce((total, ratio) => total + ratio, 0);
  if (Math.abs(sum - 1) > 1e-6)
    return { ok: false, error: `must add up to 100%, not ${Math.round(sum * 100_000) / 1000}%` };
  return { ok: true, value: mix };
}
