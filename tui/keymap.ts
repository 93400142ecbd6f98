import type { FaultStatus, Snapshot } from '../sim/state/status.ts';
import type { PlaybackIntent } from '../sim/replay/playback.ts';
import { filteredTenant } from './present/view.ts';

export type Intent =
  | PlaybackIntent
  | 'pick'
  | 'next-cell'
  | 'previous-cell'
  | 'next-part'
  | 'previous-part'
  | 'run'
  | 'why'
  | 'blast'
  | 'palette'
  | 'filter'
  | 'commands'
  | 'copy'
  | 'hold'
  | 'hide'
  | 'theme'
  | 'help'
  | 'up'
  | 'down'
  | 'back'
  | 'suspend'
  | 'quit'
  | 'leave'
  | 'interrupt';

/** What the keys act on at this moment. */
export interface KeyContext {
  readonly snapshot: Snapshot | null;
  readonly cell: string | null;
  readonly part: string | null;
  readonly filter: string;
}

/** The command that a key stands for, or what is missing before it can be said. */
export type KeyCommand =
  | { readonly ok: true; readonly line: string }
  | { readonly ok: false; readonly missing: string };

export interface Binding {
  /** As the terminal sends them: a character, or a name such as `tab`, `ctrl-c`. */
  readonly keys: readonly string[];
  /** As people read it. */
  readonly shown: string;
  readonly label: string;
  /** What it does, in a sentence. */
  readonly help: string;
  /** When it does something. */
  readonly when: 'always' | 'cell picked' | 'cell or part picked' | 'tenant filtered' | 'fault open' | 'commands shown';
  readonly intent: Intent;
  /** It changes the world: off under `--read-only`. */
  readonly changes: boolean;
  /** Place in the footer, lowest first; null: only in `?`. */
  readonly footer: number | null;
  readonly command: ((context: KeyContext) => KeyCommand) | null;
}

const line = (text: string): KeyCommand => ({ ok: true, line: text });
const missing = (text: string): KeyCommand => ({ ok: false, missing: text });

const openFaults = (context: KeyContext): readonly FaultStatus[] =>
  (context.snapshot?.status.faults ?? []).filter((fault) => fault.state !== 'gone');

function onTarget(write: (target: string) => string): (context: KeyContext) => KeyCommand {
  return (context) => {
    const target = context.part ?? context.cell;
    return target ? line(write(target)) : missing('Pick a cell first: press its number, or an arrow key.');
  };
}

/** The same key a second time ends it. */
function toggled(kind: string, target: (context: KeyContext) => string | null, write: (target: string) => string) {
  return (context: KeyContext): KeyCommand => {
    const aim = target(context);
    if (aim === null) return missing('Pick a cell first: press its number, or an arrow key.');
    const open = openFaults(context).find((fault) => fault.kind === kind && fault.target === aim);
    return line(open ? `petri heal ${open.id}` : write(aim));
  };
}

const picked = (context: KeyContext): string | null => context.part ?? context.cell;
const linkToCell = (context: KeyContext): string | null => (context.cell ? `router->${context.cell}` : null);

function heal(context: KeyContext): KeyCommand {
  const open = openFaults(context);
  const aim = picked(context);
  const touches = (fault: FaultStatus): boolean =>
    aim !== null && (fault.target === aim || fault.target.split(/->|\//u).includes(aim));
  const newest = open.findLast(touches) ?? open.at(-1);
  return newest ? line(`petri heal ${newest.id}`) : missing('Nothing to heal: no fault is open.');
}

function undo(context: KeyContext): KeyCommand {
  const newest = openFaults(context).at(-1);
  return newest ? line(`petri heal ${newest.id}`) : missing('Nothing to undo: no fault is open.');
}

function load(factor: number): (context: KeyContext) => KeyCommand {
  return (context) => {
    const now = context.snapshot?.status.traffic.targetRps;
    if (now === undefined) return missing('The world is not there yet.');
    const next = factor > 1 ? Math.ceil((now * factor) / 10) * 10 : Math.floor((now * factor) / 10) * 10;
    return line(`petri traffic --rps ${Math.max(10, Math.min(5000, next))}`);
  };
}

function quarantine(context: KeyContext): KeyCommand {
  const tenant = context.snapshot ? filteredTenant(context.snapshot, context.filter) : null;
  if (!tenant) return missing('Name a tenant first: press / and type its name, Enter, then Z.');
  const now = context.snapshot?.tenants.find((each) => each.id === tenant);
  return line(now?.override === 'quarantined' ? `petri quarantine ${tenant} --off` : `petri quarantine ${tenant}`);
}

function why(context: KeyContext): KeyCommand {
  const tenant = context.snapshot ? filteredTenant(context.snapshot, context.filter) : null;
  const subject = tenant ?? context.cell;
  return subject ? line(`petri why ${subject}`) : missing('Pick a cell, or name a tenant with /, and ask again.');
}

type Sort = Partial<Pick<Binding, 'when' | 'changes' | 'footer' | 'command'>>;

export function bind(
  keys: string,
  shown: string,
  label: string,
  intent: Intent,
  help: string,
  sort: Sort = {},
): Binding {
  return {
    keys: keys.split(' '),
    shown,
    label,
    intent,
    help,
    when: 'always',
    changes: false,
    footer: null,
    command: null,
    ...sort,
  };
}

const hurts = (command: Binding['command'], footer: number): Sort => ({
  when: 'cell or part picked',
  changes: true,
  footer,
  command,
});

/** Every key. The footer, `?` and the README's table are drawn from it. */
export const keymap: readonly Binding[] = [
  bind('1 2 3 4 5 6 7 8 9', '1-9', 'pick', 'pick', 'Pick a cell.', { footer: 1 }),
  bind('right', 'Right', 'next cell', 'next-cell', 'Pick the next cell.'),
  bind('left', 'Left', 'previous cell', 'previous-cell', 'Pick the cell before.'),
  bind('tab', 'Tab', 'part', 'next-part', 'Pick the next part of the cell; the keys then act on that part alone.', {
    when: 'cell picked',
    footer: 12,
  }),
  bind('shift-tab', 'Shift-Tab', 'part before', 'previous-part', 'Pick the part before.', { when: 'cell picked' }),
  bind('k', 'k', 'kill', 'run', 'Kill the picked cell or part (SIGKILL). A cell stays down until it is healed.', {
    ...hurts(
      onTarget((target) => `petri kill ${target}`),
      2,
    ),
  }),
  bind('p', 'p', 'pause', 'run', 'Freeze it: it accepts and never answers. Again: let it go on.', {
    ...hurts(
      toggled('pause', picked, (target) => `petri pause ${target}`),
      3,
    ),
  }),
  bind('x', 'x', 'cut', 'run', 'Cut the cell off: connections stall, both ways. Again: join it.', {
    ...hurts(
      toggled(
        'partition',
        (context) => context.cell,
        (target) => `petri partition ${target}`,
      ),
      4,
    ),
  }),
  bind('l', 'l', 'slow', 'run', 'Slow the link from the router to the cell by 300 ms. Again: end it.', {
    ...hurts(
      toggled('latency', linkToCell, (target) => `petri fault latency ${target}`),
      13,
    ),
  }),
  bind('h', 'h', 'heal', 'run', 'Heal the newest fault of the picked cell, else the newest fault.', {
    ...hurts(heal, 5),
    when: 'fault open',
  }),
  bind('u', 'u', 'undo', 'run', 'Undo the newest fault, wherever it is.', {
    when: 'fault open',
    changes: true,
    command: undo,
  }),
  bind('r', 'r', 'restart', 'run', 'Start what is down in the picked cell, or restart the picked part.', {
    ...hurts(
      onTarget((target) => `petri restart ${target}`),
      14,
    ),
  }),
  bind('+ =', '+ -', 'load', 'run', 'A quarter more requests; - a fifth fewer.', {
    changes: true,
    footer: 6,
    command: load(1.25),
  }),
  bind('-', '-', 'less load', 'run', 'A fifth fewer requests.', { changes: true, command: load(0.8) }),
  bind('Z', 'Z', 'quarantine', 'run', 'Let the router refuse the tenant named with / alone. Again: serve it.', {
    when: 'tenant filtered',
    changes: true,
    command: quarantine,
  }),
  bind('w', 'w', 'why', 'why', 'Why is the picked cell, or the tenant named with /, served or refused?', {
    when: 'cell picked',
    footer: 15,
    command: why,
  }),
  bind('B', 'B', 'blast radius', 'blast', 'The blast radius in full: every tenant expected, hit, silent, leaked.'),
  bind(':', ':', 'command', 'palette', 'Type any petri command; Tab completes it.', { footer: 11 }),
  bind('/', '/', 'filter', 'filter', 'Show only tenants and log lines that contain a text.', { footer: 16 }),
  bind('@', '@', 'commands', 'commands', 'Every petri command that was run here, and what came of it.', { footer: 17 }),
  bind('y', 'y', 'copy', 'copy', 'Copy the newest command (under @, the picked one) to the clipboard.'),
  bind('space', 'Space', 'hold', 'hold', 'Hold the picture; recording goes on. Again: follow the world.', {
    footer: 7,
  }),
  bind(
    'H',
    'H',
    'hide',
    'hide',
    'Cover predictions and fault names, so that a room can guess first. Again: show them.',
  ),
  bind('T', 'T', 'theme', 'theme', 'The next theme: default, light, colour-blind, high-contrast, mono.'),
  bind('?', '?', 'keys', 'help', 'All keys. Type to search.', { footer: 8 }),
  bind('up pageup', 'Up', 'up', 'up', 'Move up in a list.'),
  bind('down pagedown', 'Down', 'down', 'down', 'Move down in a list.'),
  bind('escape', 'Esc', 'back', 'back', 'Close what is open, then let go of the part, the filter, the cell.'),
  bind('ctrl-z', 'Ctrl-Z', 'suspend', 'suspend', 'Back to the shell; fg returns.'),
  bind(
    'q',
    'q',
    'quit',
    'quit',
    'Leave, after asking once: a world that this window grew ends, one that it joined stays.',
    {
      footer: 9,
    },
  ),
  bind('Q', 'Q', 'leave', 'leave', 'Leave at once; the world stays up.'),
  bind('ctrl-c', 'Ctrl-C', 'quit now', 'interrupt', 'Like q answered with y, without the question.'),
];

export function bindingFor(key: string, keys: readonly Binding[] = keymap): Binding | null {
  return keys.find((binding) => binding.keys.includes(key)) ?? null;
}

/** What a binding may do now. */
export function allowed(binding: Binding, readOnly: boolean): boolean {
  return !(readOnly && binding.changes);
}
