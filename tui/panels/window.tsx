import { useApp, useInput, usePaste, useWindowSize } from 'ink';
import { useEffect, useMemo, useSyncExternalStore } from 'react';
import type { Controller } from '../controller.ts';
import { keyNames } from '../key-names.ts';
import { screen } from '../present/screen.ts';
import type { Store } from '../store.ts';
import { viewOf, type Window as ViewWindow } from '../view-of.ts';
import { Screen } from './screen.tsx';

export interface WindowProps {
  readonly store: Store;
  readonly controller: Controller;
  readonly name: string;
  /** What the view holds besides the store's state and the size of the terminal. */
  readonly fixed: Omit<ViewWindow, 'columns' | 'rows'>;
  /** Called with Ink's own way of giving the terminal back for a while. */
  readonly onReady: (suspendTerminal: (during: () => Promise<void>) => Promise<void>) => void;
}

/** The window: keys go to the controller, the store's state becomes a screen. */
export function Window({ store, controller, name, fixed, onReady }: WindowProps) {
  const state = useSyncExternalStore(store.subscribe, store.getState);
  const { columns, rows } = useWindowSize();
  const { suspendTerminal } = useApp();
  useEffect(() => onReady(suspendTerminal), [onReady, suspendTerminal]);
  useInput((input, key) => {
    const names = keyNames(input, key);
    if (names.isBurst) controller.burst(names.keys);
    else for (const each of names.keys) controller.press(each);
  });
  usePaste((text) => controller.paste(text));
  const shown = useMemo(
    () => screen(state.shown, name, viewOf(state, { columns, rows, ...fixed })),
    [state, name, columns, rows, fixed],
  );
  return <Screen shown={shown} theme={state.ui.theme} columns={columns} rows={rows} />;
}
