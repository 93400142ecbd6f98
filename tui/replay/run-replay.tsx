import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { ReplayOptions } from '../../sim/commands/context.ts';
import { Controller } from '../controller.ts';
import type { Look } from '../look.ts';
import { showWindow } from '../show-window.tsx';
import { Store } from '../store.ts';
import { switchColourOff } from '../theme.ts';
import { Player } from './player.ts';

/** Shows a recorded run until somebody leaves. Resolves with the exit code. */
export async function runReplay(options: ReplayOptions, word: string, look: Look): Promise<number> {
  if (!look.colour) switchColourOff();
  const { film, name, atMs, faults, done } = options;
  const store = new Store(look.theme, word);
  const player = new Player({ film, store, atMs, faults, done });
  const settings = { readOnly: true, grown: false, word, nameFlag: '' } as const;
  // No key of a replay calls anybody.
  const call = () => Promise.reject(new RpcError('usage', 'a recorded run answers nothing'));
  try {
    const how = await showWindow({
      store,
      name,
      fixed: { glyphs: look.glyphs, ...settings },
      control: (ports) =>
        new Controller({ store, ...settings, ports: { ...ports, call, turn: (intent) => player.turn(intent) } }),
    });
    return how?.code ?? 0;
  } finally {
    player.close();
    store.close();
  }
}
