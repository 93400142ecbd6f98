import type { Snapshot } from '../../sim/state/status.ts';
import { isTight, planLayout, type Layout } from '../layout.ts';
import { blastLine, leakLine, legend } from './blast.ts';
import { cells } from './cells.ts';
import { faults, newestFault } from './faults.ts';
import { footer } from './footer.ts';
import { headLines, title } from './head.ts';
import { history, historyTitle } from './history.ts';
import { log } from './log.ts';
import { overlay } from './overlays.ts';
import { prompt } from './prompt.ts';
import { slider } from './slider.ts';
import { fitRow, span, wrapText, type Row } from './text.ts';
import type { View } from './view.ts';
import { worldLine } from './world-line.ts';

/** The whole screen in sections, from top to bottom. Together they have at most `view.rows` rows, each at most `view.columns` wide. */
export interface Screen {
  readonly title: readonly Row[];
  readonly head: readonly Row[];
  readonly cells: readonly Row[];
  readonly router: readonly Row[];
  readonly blast: readonly Row[];
  readonly history: readonly Row[];
  readonly faults: readonly Row[];
  readonly log: readonly Row[];
  readonly footer: readonly Row[];
}

export const sections = ['title', 'head', 'cells', 'router', 'blast', 'history', 'faults', 'log', 'footer'] as const;

const nothing: Screen = {
  title: [],
  head: [],
  cells: [],
  router: [],
  blast: [],
  history: [],
  faults: [],
  log: [],
  footer: [],
};

export function screen(snapshot: Snapshot | null, name: string, view: View): Screen {
  const { playback } = view;
  if (!playback || view.rows < 2) return picture(snapshot, name, view);
  const shown = picture(snapshot, name, { ...view, rows: view.rows - 1 });
  return { ...shown, footer: [slider(playback, view), ...shown.footer] };
}

function picture(snapshot: Snapshot | null, name: string, view: View): Screen {
  const rule: Row = [span(view.glyphs.rule.repeat(view.columns), 'rule')];
  const layout = plan(snapshot, view);
  if (layout.kind === 'sentence') return sentence(snapshot, view);
  const top: readonly Row[] = [title(snapshot, name, view), ...(layout.roomy ? [rule] : [])];
  const head = headLines(snapshot, view, layout.roomy ? 3 : headRowsOf(snapshot, view));
  if (!snapshot || view.overlay) {
    const rows = view.rows - top.length - head.length - 3;
    const middle = view.overlay
      ? overlay(snapshot, view, view.overlay, rows)
      : Array.from({ length: rows }, () => fitRow([], view.columns));
    return { ...nothing, title: top, head, cells: [rule, ...middle], ...bottom(snapshot, view, 1) };
  }
  const leak = leakLine(snapshot, view);
  const between = layout.tight ? [] : [rule];
  // On small screens a leak takes the legend's place, on the smallest all.
  const legendShown = layout.roomy || !(leak || layout.tight);
  const measured = leak ? (layout.tight ? [leak] : [blastLine(snapshot, view), leak]) : [blastLine(snapshot, view)];
  const marks = legend(view, layout.cells.field);
  const world: Screen = {
    title: top,
    head,
    cells: [...between, ...cells(snapshot, view, layout.cells)],
    router: layout.roomy ? [rule, worldLine(snapshot, view)] : [],
    blast: [...between, ...measured, ...(legendShown ? [marks] : [])],
    history: [
      ...(layout.roomy && layout.history.rows ? [rule, historyTitle(view, layout.history)] : []),
      ...(layout.history.rows ? history(snapshot, view, layout.history, layout.roomy) : []),
    ],
    faults: layout.roomy ? [rule, ...faults(snapshot, view, layout.faultRows), rule] : [],
    log: [],
    footer: [],
  };
  const used = sections.reduce((sum, section) => sum + world[section].length, 0);
  return { ...world, ...bottom(snapshot, view, Math.max(1, view.rows - used - 1)) };
}

function headRowsOf(snapshot: Snapshot | null, view: View): number {
  return isTight(view.rows) ? 2 : Math.max(2, headLines(snapshot, view, 3).length);
}

function plan(snapshot: Snapshot | null, view: View): Layout {
  const status = snapshot?.status;
  const roomy = view.columns >= 100 && view.rows >= 34;
  return planLayout({
    columns: view.columns,
    rows: view.rows,
    cells: status?.cells.length ?? 3,
    tenantsMax: Math.max(1, ...(status?.cells.map((cell) => cell.tenants) ?? [])),
    idWidth: longestId(snapshot),
    headRows: roomy ? 3 : headRowsOf(snapshot, view),
    leakRows: snapshot && leakLine(snapshot, view) ? 1 : 0,
  });
}

function longestId(snapshot: Snapshot | null): number {
  let longest = 1;
  for (const tenant of snapshot?.tenants ?? []) longest = Math.max(longest, tenant.id.length);
  return longest;
}

/** The log (its last row gives way to a question or a message), and the keys. */
function bottom(snapshot: Snapshot | null, view: View, rows: number): Pick<Screen, 'log' | 'footer'> {
  const asked = view.prompt ? [prompt(snapshot, view, view.prompt)] : [];
  const roomForLog = Math.max(0, rows - asked.length);
  const small = view.rows < 34 && roomForLog > 1 && snapshot ? newestFault(snapshot, view) : null;
  const lines = snapshot
    ? [...(small ? [small] : []), ...log(snapshot, view, roomForLog - (small ? 1 : 0))]
    : Array.from({ length: roomForLog }, () => fitRow([], view.columns));
  return { log: [...lines, ...asked], footer: [footer(snapshot, view)] };
}

/** A terminal too small for a picture still says the sentence. */
function sentence(snapshot: Snapshot | null, view: View): Screen {
  const words = headLines(snapshot, { ...view, columns: 10_000 }, 2).map((line) =>
    line
      .map((part) => part.text)
      .join('')
      .trim(),
  );
  const lines = words.flatMap((text) => wrapText(text, Math.max(1, view.columns))).slice(0, Math.max(1, view.rows - 1));
  const asked = view.prompt ? [prompt(snapshot, view, view.prompt)] : [];
  const head = lines.slice(0, Math.max(1, view.rows - asked.length)).map((text) => fitRow([span(text)], view.columns));
  return { ...nothing, head, log: head.length + asked.length <= view.rows ? asked : [] };
}

/** All rows from top to bottom. */
export const rowsOf = (shown: Screen): readonly Row[] => sections.flatMap((section) => shown[section]);
