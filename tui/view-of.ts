import { candidates } from './commands/complete.ts';
import type { Glyphs } from './glyphs.ts';
import { eventWords } from './present/event-words.ts';
import type { Prompt, View } from './present/view.ts';
import type { State } from './store.ts';

export interface Window {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  readonly readOnly: boolean;
  readonly grown: boolean;
  readonly word: string;
  readonly nameFlag: string;
}

/** What the presenters look at, from the state of the store. */
export function viewOf(state: State, window: Window): View {
  const { ui, shown, latest } = state;
  const heldForMs = state.held && shown && latest ? latest.status.now - shown.status.now : null;
  const { connection } = state;
  const playback = shown?.clock ?? null;
  return { ...window, ...ui, heldForMs, connection, playback, prompt: promptOf(state) };
}

function promptOf({ ui, shown }: State): Prompt | null {
  if (ui.asking?.kind === 'leave') return { kind: 'quit' };
  if (ui.asking) return { kind: 'confirm', question: ui.asking.question };
  if (!ui.entry)
    return ui.message ?? (shown?.clock?.event ? { kind: 'done', text: eventWords(shown.clock.event) } : null);
  if (ui.entry.kind === 'palette')
    return { ...ui.entry, kind: 'palette', candidates: candidates(ui.entry.text, shown) };
  return { kind: ui.entry.kind, text: ui.entry.text };
}
