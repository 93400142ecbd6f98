import { isWorldName } from '../supervisor/state-folder.ts';
import { quote } from '../world/quantities.ts';
import { usage } from './failure.ts';

/** Checks what `--name` was given; null where it was not. */
export function checkWorldName(name: string | null): string | null {
  if (name === null || isWorldName(name)) return name;
  return usage(
    `--name must be 1 to 32 small letters, digits and hyphens, not beginning with a hyphen, not ${quote(name)}`,
  );
}
