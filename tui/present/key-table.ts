import { keymap } from '../keymap.ts';

/** The keys as the README's table. */
export function keyTable(): string {
  const rows = keymap.map((binding) => `| ${binding.shown.replace('|', '\\|')} | ${binding.label} | ${binding.help} |`);
  return ['| Key | | What it does |', '|---|---|---|', ...rows, ''].join('\n');
}
