import type { Event } from '../../cells/runtime/events.ts';

/** A field of an event as text; empty where it is none. */
export function textOf(event: Event, key: string): string {
  const value = event[key];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

export function numberOf(event: Event, key: string): number | null {
  const value = event[key];
  return typeof value === 'number' ? value : null;
}
