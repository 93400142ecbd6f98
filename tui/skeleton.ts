import { writeSync } from 'node:fs';

const enterAlternateScreen = '\u001b[?1049h\u001b[2J\u001b[H\u001b[?25l';

/** The frame's first lines as plain text, before Ink is loaded: somebody who starts Petri sees it at once. */
export function skeletonText(name: string, columns: number): string {
  const line = (text: string): string => text.slice(0, columns);
  return [line(` PETRI ${name}`), line(' .. THE WORLD IS STARTING.'), line('    Looking for it.')].join('\r\n');
}

/** Enters the alternate screen and draws the skeleton there. Ink takes over the same screen and leaves it at the end. */
export function showSkeleton(name: string): void {
  const columns = process.stdout.columns ?? 80;
  const rule = '-'.repeat(columns);
  writeSync(1, `${enterAlternateScreen}${skeletonText(name, columns)}\r\n${rule}`);
}
