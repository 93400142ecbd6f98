import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { svgOf } from '../../scripts/screenshot/svg.ts';

test('a terminal becomes an SVG with its text, colours and markup made safe', async () => {
  const terminal = new xterm.Terminal({ cols: 20, rows: 2, allowProposedApi: true });
  await new Promise<void>((resolve) =>
    terminal.write('a <b> & \u001b[1;91mDOWN\u001b[0m\r\n\u001b[7mkey\u001b[0m', resolve),
  );
  const svg = svgOf(terminal);
  expect(svg).toContain('>a\u00a0&lt;b&gt;\u00a0&amp;\u00a0</text>');
  expect(svg).toMatch(/fill="#ff6b68" font-weight="bold">DOWN<\/text>/u);
  expect(svg).toMatch(/<rect [^>]*fill="#e6e6e6"\/><text [^>]*fill="#16181d">key</u);
  terminal.dispose();
});
