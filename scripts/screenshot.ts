/**
 * Makes a picture of the terminal UI from the running program:
 *
 *     node scripts/screenshot.ts --size 80x24 --out docs/killed.svg --press "2 k" --until "IS DOWN" --after 3
 *
 * It grows a world of its own in a real terminal, presses the keys, draws what stands there as SVG, and ends the world.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Terminal } from '../test/support/terminal.ts';
import { svgOf } from './screenshot/svg.ts';

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '80x24' },
    out: { type: 'string' },
    press: { type: 'string', default: '' },
    until: { type: 'string', default: 'TENANTS ARE SERVED' },
    after: { type: 'string', default: '1' },
    calm: { type: 'string', default: '20' },
  },
});
const [columns = 0, rows = 0] = values.size.split('x').map(Number);
if (!values.out || !columns || !rows) {
  console.error(
    'node scripts/screenshot.ts --size 80x24 --out FILE.svg [--press "2 k"] [--until TEXT] [--after SECONDS]',
  );
  process.exit(64);
}

const program = join(import.meta.dirname, '../petri.mjs');
// A state folder of its own: a world that is up already stays untouched, and the picture shows the default name.
const state = mkdtempSync(join(tmpdir(), 'petri-picture-'));
const terminal = new Terminal(process.execPath, [program], { columns, rows, env: { XDG_STATE_HOME: state } });
try {
  await terminal.untilText('TENANTS ARE SERVED', 120_000);
  // A history of some seconds says more than an empty one.
  await wait(Number(values.calm) * 1000);
  for (const key of values.press.split(' ').filter(Boolean)) {
    terminal.type(key);
    await wait(300);
  }
  await terminal.untilText(values.until, 40_000);
  await wait(Number(values.after) * 1000);
  writeFileSync(values.out, svgOf(terminal.emulator));
  terminal.type('qy');
  await terminal.until('the world has ended', ({ exitCode }) => exitCode !== null, 60_000);
  console.log(values.out);
} finally {
  terminal.end();
  rmSync(state, { recursive: true, force: true });
}
