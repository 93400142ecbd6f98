import type { Key } from 'ink';

export interface Pressed {
  readonly keys: readonly string[];
  /** So many at once that no hand pressed them: a script typed them, or a terminal that cannot tell pasted them. */
  readonly isBurst: boolean;
}

const pressed = (...keys: readonly string[]): Pressed => ({ keys, isBurst: keys.length > 8 });

/** The keymap's names for what a terminal sent. */
export function keyNames(input: string, key: Key): Pressed {
  const named = nameOf(key);
  if (named) return pressed(named);
  if (key.ctrl) return pressed(`ctrl-${input}`);
  if (key.meta) return pressed();
  return pressed(...[...input].map(nameOfCharacter));
}

function nameOf(key: Key): string | null {
  if (key.escape) return 'escape';
  if (key.return) return 'return';
  if (key.tab) return key.shift ? 'shift-tab' : 'tab';
  // Terminals send DEL for the key that people call Backspace.
  if (key.backspace || key.delete) return 'backspace';
  if (key.upArrow) return 'up';
  if (key.downArrow) return 'down';
  if (key.leftArrow) return 'left';
  if (key.rightArrow) return 'right';
  if (key.home) return 'home';
  if (key.end) return 'end';
  if (key.pageUp) return 'pageup';
  return key.pageDown ? 'pagedown' : null;
}

function nameOfCharacter(character: string): string {
  switch (character) {
    case ' ':
      return 'space';
    case '\t':
      return 'tab';
    case '\r':
    case '\n':
      return 'return';
    case '\u001b':
      return 'escape';
    case '\u007f':
      return 'backspace';
    default:
      return character;
  }
}
