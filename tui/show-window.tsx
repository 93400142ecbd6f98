import { render } from 'ink';
import type { Controller, Leaving, Ports } from './controller.ts';
import { Window, type WindowProps } from './panels/window.tsx';

type Suspend = (during: () => Promise<void>) => Promise<void>;

export interface ShowOptions extends Pick<WindowProps, 'store' | 'name' | 'fixed'> {
  /** The screen is given back once this resolves, without a word. */
  readonly until?: Promise<void> | undefined;
  /** Makes what the keys go to; these are its ways out of the screen. */
  readonly control: (ports: Pick<Ports, 'copy' | 'suspend' | 'leave'>) => Controller;
}

/** Draws the window with Ink until somebody leaves, and gives the terminal back. Null: `until` was over first. */
export async function showWindow({ store, name, fixed, until, control }: ShowOptions): Promise<Leaving | null> {
  const left = Promise.withResolvers<Leaving>();
  let suspendTerminal: Suspend | null = null;
  const controller = control({
    copy: copyToClipboard,
    suspend: () => void suspendTerminal?.(stopUntilContinued),
    leave: left.resolve,
  });
  const forgetSignals = watchSignals(controller);
  const instance = render(
    <Window
      store={store}
      controller={controller}
      name={name}
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
    const over = until?.then(() => null) ?? new Promise<null>(() => {});
    const how = await Promise.race([left.promise, over, instance.waitUntilExit().then(() => neverLeft())]);
    instance.unmount();
    await instance.waitUntilExit();
    return how;
  } finally {
    forgetSignals();
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
