import type { Event } from '../../cells/runtime/events.ts';

const headKeys: ReadonlySet<string> = new Set(['v', 't', 'at', 'seq', 'life', 'part', 'kind']);

/** An event in one line: `b/web/1 write.committed tenant=t21 version=3`. */
export function eventWords(event: Event): string {
  const fields = Object.entries(event).filter(([key, value]) => !headKeys.has(key) && value !== null);
  const told = fields.map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [event.part, event.kind, ...told].join(' ');
}
