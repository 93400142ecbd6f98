import type { Snapshot } from '../sim/state/status.ts';
import type { CommandLine, Overlay, Prompt } from './present/view.ts';
import type { ThemeName } from './look.ts';

/** What is being typed. */
export interface Entry {
  readonly kind: 'palette' | 'filter' | 'search';
  readonly text: string;
}

export type Question =
  | { readonly kind: 'leave' }
  | { readonly kind: 'run'; readonly question: string; readonly text: string };

/** What this window alone knows: what is picked, open, typed, said. */
export interface UiState {
  readonly pickedCell: string | null;
  readonly pickedPart: string | null;
  readonly filter: string;
  readonly hidden: boolean;
  readonly overlay: Overlay | null;
  readonly scroll: number;
  readonly entry: Entry | null;
  /** The question that is open: whether to leave, or whether to run a command that cannot be undone. */
  readonly asking: Question | null;
  readonly message: Extract<Prompt, { kind: 'busy' | 'done' | 'error' }> | null;
  readonly commands: readonly CommandLine[];
  readonly pickedCommand: number;
  readonly theme: ThemeName;
}

export const initialUi = (theme: ThemeName): UiState => ({
  pickedCell: null,
  pickedPart: null,
  filter: '',
  hidden: false,
  overlay: null,
  scroll: 0,
  entry: null,
  asking: null,
  message: null,
  commands: [],
  pickedCommand: 0,
  theme,
});

const commandsKept = 200;

export function pickCell(ui: UiState, cell: string): UiState {
  return { ...ui, pickedCell: cell, pickedPart: ui.pickedCell === cell ? ui.pickedPart : null };
}

/** The cell `by` places further, round and round. */
export function stepCell(ui: UiState, snapshot: Snapshot, by: 1 | -1): UiState {
  const ids = snapshot.status.cells.map((cell) => cell.id);
  if (ids.length === 0) return ui;
  const now = ui.pickedCell === null ? (by === 1 ? -1 : 0) : ids.indexOf(ui.pickedCell);
  return pickCell(ui, ids[(now + by + ids.length) % ids.length] ?? '');
}

/** The next part of the picked cell; after the last, the cell itself again. */
export function stepPart(ui: UiState, snapshot: Snapshot, by: 1 | -1): UiState {
  const cell = snapshot.status.cells.find((each) => each.id === ui.pickedCell);
  if (!cell) return ui;
  const places: (string | null)[] = [null, ...cell.components.map((part) => part.address)];
  const now = Math.max(0, places.indexOf(ui.pickedPart));
  return { ...ui, pickedPart: places[(now + by + places.length) % places.length] ?? null };
}

export function open(ui: UiState, overlay: Overlay): UiState {
  return { ...ui, overlay, scroll: 0, message: null, pickedCommand: Math.max(0, ui.commands.length - 1) };
}

/** Closes the topmost thing: a question, an entry, an overlay, the part, the filter, the cell. */
export function back(ui: UiState): UiState {
  if (ui.asking) return { ...ui, asking: null };
  if (ui.overlay?.kind === 'help') return { ...ui, overlay: null, entry: null, scroll: 0 };
  if (ui.entry) return { ...ui, entry: null, filter: ui.entry.kind === 'filter' ? '' : ui.filter };
  if (ui.overlay) return { ...ui, overlay: null, scroll: 0 };
  if (ui.message) return { ...ui, message: null };
  if (ui.pickedPart) return { ...ui, pickedPart: null };
  if (ui.filter) return { ...ui, filter: '' };
  return { ...ui, pickedCell: null };
}

/** What is typed changes; the filter and the search follow every letter. */
export function type(ui: UiState, text: string): UiState {
  if (!ui.entry) return ui;
  const entry = { ...ui.entry, text };
  if (entry.kind === 'filter') return { ...ui, entry, filter: text.trim() };
  if (entry.kind === 'search') return { ...ui, entry, overlay: { kind: 'help', search: text.trim() }, scroll: 0 };
  return { ...ui, entry };
}

export function move(ui: UiState, by: 1 | -1): UiState {
  if (ui.overlay?.kind === 'commands') {
    const pickedCommand = Math.max(0, Math.min(ui.commands.length - 1, ui.pickedCommand + by));
    return { ...ui, pickedCommand, scroll: Math.max(0, pickedCommand - 5) };
  }
  return ui.overlay ? { ...ui, scroll: Math.max(0, ui.scroll + by) } : ui;
}

export function noteCommand(ui: UiState, command: CommandLine): UiState {
  const commands = [...ui.commands, command].slice(-commandsKept);
  return { ...ui, commands, pickedCommand: commands.length - 1 };
}

/** The outcome of the newest command with this text that still runs. */
export function settleCommand(ui: UiState, text: string, outcome: 'done' | 'failed', said: string): UiState {
  const index = ui.commands.findLastIndex((command) => command.text === text && command.outcome === 'running');
  const commands = ui.commands.map((command, at) => (at === index ? { ...command, outcome, said } : command));
  return { ...ui, commands };
}
