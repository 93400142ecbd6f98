import type { z } from 'zod';
import type { FaultKind, FaultSetting } from '../faults/fault.ts';
import { decimal, duration, share, words } from '../world/schema-kit.ts';

/** A fault's settings, as a timeline's entry states them: by name, beside `fault:`. */
export function settingsShape(kind: FaultKind): Readonly<Record<string, z.ZodType>> {
  return Object.fromEntries(kind.settings.map((setting) => [setting.name, settingOf(setting).optional()]));
}

/** The target of a fault that can only be done to one thing: `map-down` can only mean the map. */
export function onlyTarget(kind: FaultKind): string | null {
  const [only, ...others] = kind.targets;
  return others.length === 0 && (only === 'map' || only === 'control') ? only : null;
}

function settingOf({ type, summary, min = 0, max = 3_600_000, words: choice }: FaultSetting): z.ZodType {
  switch (type) {
    case 'durationMs':
      return duration({ min, max }, summary);
    case 'number':
      return decimal(min, max, summary);
    case 'share':
      return share(summary);
    case 'word':
      return words((choice ?? []) as [string, ...string[]], summary);
  }
}
