import { render } from 'ink';
import type { UiOptions } from './app.tsx';
import { pasteable } from '../sim/commands/petri-word.ts';
import { locateWorld } from '../sim/supervisor/state-folder.ts';
import { connectToWorld } from './connect.ts';
import { Controller, type Leaving } from './controller.ts';
import { Window } from './panels/window.tsx';
import { Store } from './store.ts';
import { summary } from './summary.ts';
import type { Look } from './look.ts';
import { switchColourOff } from './theme.ts';

type Suspend = (during: () => Promise<void>) => Promise<void>;

/** Draws the screen with Ink until somebody leaves, gives the terminal back, and says what remains. */
export async function runScreen(options: UiOptions, look: Look): Promise<number> {
  if (!look.colour) switchColourOff();
  const store = new Store(look.theme, options.word);
  const world = connectToWorld(options.socketPath ?? locateWorld(options.name).socket, store);
  const nameFlag = options.name === 'default' ? '' : ` --name ${options.name}`;
  const left = Promise.withResolvers<Leaving>();
  let suspendTerminal: Suspend | null = null;
  const controller = new Controller({
    store,
    grown: options.grown,
    readOnly: options.readOnly,
    word: options.word,
    nameFlag,
    ports: {
      call: (method, args, timeoutMs) => world.call(method, args, timeoutMs),
      copy: copyToClipboard,
      suspend: () => void suspendTerminal?.(stopUntilContinued),
      leave: left.resolve,
    },
  });
  const { readOnly, grown, word } = options;
  const fixed = { glyphs: look.glyphs, readOnly, grown, word, nameFlag };
  const forgetSignals = watchSignals(controller);
  const instance = render(
    <Window
      store={store}
      controller={controller}
      name={options.name}
      fixed={fixed}
      onReady={(suspend) => (suspendTerminal = suspend)}
    />,
    {
      alternateScreen: true,
      incrementalRendering: true,
      maxFps: 10,
      exitOnCtrlC: false,
      // Ink takes an empty CI= for a build machine; whoever calls this has seen a terminal.
      interactive: true,
    },
  );
  try {
    const over = options.until?.then(() => null) ?? new Promise<null>(() => {});
    const how = await Promise.race([left.promise, over, instance.waitUntilExit().then(() => neverLeft())]);
    instance.unmount();
    await instance.waitUntilExit();
    if (how === null) return 0;
    process.stdout.write(pasteable(summary(options.name, store.getState().latest, store.ledger, how), options.word));
    return how.code;
  } finally {
    forgetSignals();
    store.close();
    world.close();
  }
}

const neverLeft = (): Leaving => ({ code: 0, world: 'left up' });

/** OSC 52: the terminal's own clipboard, over SSH too. */
function copyToClipboard(text: string): void {
  process.stdout.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
}

/** Ctrl-Z: the whole process group stops, as the shell expects, and goes on with `fg`. */
async function stopUntilContinued(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once('SIGCONT', () => resolve());
    process.kill(0, 'SIGTSTP');
  });
}

function watchSignals(controller: Controller): () => void {
  const handlers = {
    SIGINT: () => controller.press('ctrl-c'),
    SIGTERM: () => controller.leave(143),
    SIGHUP: () => controller.leave(129),
  } as const;
  const entries = Object.entries(handlers) as [keyof typeof handlers, () => void][];
  for (const [signal, handler] of entries) process.on(signal, handler);
  return () => {
    for (const [signal, handler] of entries) process.off(signal, handler);
  };
}
