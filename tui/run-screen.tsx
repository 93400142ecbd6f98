import type { UiOptions } from './app.tsx';
import { pasteable } from '../sim/commands/petri-word.ts';
import { locateWorld } from '../sim/supervisor/state-folder.ts';
import { connectToWorld } from './connect.ts';
import { Controller } from './controller.ts';
import { showWindow } from './show-window.tsx';
import { Store } from './store.ts';
import { summary } from './summary.ts';
import type { Look } from './look.ts';
import { switchColourOff } from './theme.ts';

/** Shows a live world until somebody leaves, and says what remains. */
export async function runScreen(options: UiOptions, look: Look): Promise<number> {
  if (!look.colour) switchColourOff();
  const { name, readOnly, grown, word } = options;
  const store = new Store(look.theme, word);
  const world = connectToWorld(options.socketPath ?? locateWorld(name).socket, store);
  const nameFlag = name === 'default' ? '' : ` --name ${name}`;
  const call = (method: string, args: unknown, timeoutMs: number) => world.call(method, args, timeoutMs);
  try {
    const how = await showWindow({
      store,
      name,
      until: options.until,
      fixed: { glyphs: look.glyphs, readOnly, grown, word, nameFlag },
      control: (ports) => new Controller({ store, grown, readOnly, word, nameFlag, ports: { ...ports, call } }),
    });
    if (how === null) return 0;
    process.stdout.write(pasteable(summary(name, store.getState().latest, store.ledger, how), word));
    return how.code;
  } finally {
    store.close();
    world.close();
  }
}
