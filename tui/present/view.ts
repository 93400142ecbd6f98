import type { Clock } from '../../sim/replay/playback.ts';
import type { Snapshot } from '../../sim/state/status.ts';
import type { Glyphs } from '../glyphs.ts';
import type { Mode } from '../playback-keys.ts';

/** What stands over the middle of the screen. */
export type Overlay =
  | { readonly kind: 'help'; readonly search: string }
  | { readonly kind: 'commands' }
  | { readonly kind: 'blast' }
  | { readonly kind: 'sentences'; readonly title: string; readonly lines: readonly string[] };

/** What the last row but one asks for or says. */
export type Prompt =
  | { readonly kind: 'palette'; readonly text: string; readonly candidates: readonly string[] }
  | { readonly kind: 'filter'; readonly text: string }
  | { readonly kind: 'search'; readonly text: string }
  | { readonly kind: 'quit' }
  | { readonly kind: 'confirm'; readonly question: string }
  | { readonly kind: 'busy' | 'done' | 'error'; readonly text: string };

export interface CommandLine {
  readonly atMs: number;
  readonly text: string;
  readonly outcome: 'running' | 'done' | 'failed';
  readonly said: string;
}

export type Connection =
  | { readonly kind: 'connecting'; readonly progress: string | null }
  | { readonly kind: 'live' }
  | { readonly kind: 'lost'; readonly forMs: number };

/** Everything that a presenter may look at besides the snapshot. No clock: times come from outside. */
export interface View {
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: Glyphs;
  readonly pickedCell: string | null;
  /** The address of the part that the keys act on, inside the picked cell. */
  readonly pickedPart: string | null;
  readonly filter: string;
  /** Predictions and fault names are covered until someone has said them aloud. */
  readonly hidden: boolean;
  /** How much older the picture is than the world, while it is held. */
  readonly heldForMs: number | null;
  readonly connection: Connection;
  readonly overlay: Overlay | null;
  readonly scroll: number;
  readonly prompt: Prompt | null;
  readonly commands: readonly CommandLine[];
  readonly pickedCommand: number;
  readonly readOnly: boolean;
  readonly grown: boolean;
  /** How a command begins that can be pasted into a terminal beside this one: `./petri`. */
  readonly word: string;
  /** How it ends: empty, or ` --name lab`. */
  readonly nameFlag: string;
  /** The clock, where it can be turned; null: the world is live. */
  readonly playback: Clock | null;
}

/** Tenants of the filter, in the snapshot's order. An empty filter matches all. */
export const matches = (filter: string, text: string): boolean =>
  filter === '' || text.toLowerCase().includes(filter.toLowerCase());

/** The one tenant that the filter leaves, or that it names in full. */
export function filteredTenant(snapshot: Snapshot, filter: string): string | null {
  if (filter === '') return null;
  const exact = snapshot.tenants.find((tenant) => tenant.id === filter);
  if (exact) return exact.id;
  const left = snapshot.tenants.filter((tenant) => matches(filter, tenant.id));
  return left.length === 1 ? (left[0]?.id ?? null) : null;
}

export const modeOf = (view: Pick<View, 'playback'>): Mode => view.playback?.mode ?? 'live';
