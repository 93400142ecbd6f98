import type { Snapshot } from '../../sim/state/status.ts';
import { allowed } from '../keymap.ts';
import { keysOf } from '../playback-keys.ts';
import { clock, count } from './figures.ts';
import { fitRow, span, wrapText, type Row } from './text.ts';
import { matches, modeOf, type Overlay, type View } from './view.ts';

/** What stands over the middle of the screen: exactly `rows` rows, scrolled. */
export function overlay(snapshot: Snapshot | null, view: View, shown: Overlay, rows: number): Row[] {
  const { title, lines } = content(snapshot, view, shown);
  const room = rows - 2;
  const first = Math.max(0, Math.min(view.scroll, lines.length - room));
  const visible = lines.slice(first, first + room);
  const more =
    lines.length > room ? `  ${first + 1} to ${first + visible.length} of ${lines.length}, Up and Down move` : '';
  const rule: Row = [span(view.glyphs.rule.repeat(view.columns), 'rule')];
  const all = [[span(` ${title}`, 'title'), span(more || '  Esc closes')], rule, ...visible];
  return Array.from({ length: rows }, (_, line) => fitRow(all[line] ?? [], view.columns));
}

function content(snapshot: Snapshot | null, view: View, shown: Overlay): { title: string; lines: readonly Row[] } {
  switch (shown.kind) {
    case 'help':
      return { title: `KEYS${shown.search ? ` with "${shown.search}"` : ''}`, lines: helpLines(view, shown.search) };
    case 'commands':
      return { title: 'COMMANDS run here; y copies the marked one', lines: commandLines(snapshot, view) };
    case 'blast':
      return { title: 'BLAST RADIUS in full', lines: blastLines(snapshot, view) };
    case 'sentences':
      return { title: shown.title, lines: sentences(shown.lines, view.columns) };
  }
}

const helpIndent = 26;

/** Every key with what it does; off under `--read-only` where it would change the world. */
export function helpLines(view: View, search: string): Row[] {
  const found = keysOf(modeOf(view)).filter((binding) =>
    matches(search, `${binding.shown} ${binding.label} ${binding.help}`),
  );
  if (found.length === 0) return [[span(` No key with "${search}". Backspace shows all.`)]];
  const keys = found.flatMap((binding): Row[] => {
    const off = allowed(binding, view.readOnly) ? '' : ' (off: read only)';
    const [first = '', ...rest] = wrapText(binding.help + off, view.columns - helpIndent);
    return [
      [span(` ${binding.shown.padStart(9)}  `, 'key'), span(binding.label.padEnd(14), 'title'), span(first)],
      ...rest.map((text): Row => [span(' '.repeat(helpIndent) + text)]),
    ];
  });
  if (search) return keys;
  const marks = '+ running   ~ starting   = frozen   - stopped   . gone';
  return [...keys, [], [span(`     parts  `, 'title'), span(marks)]];
}

function commandLines(snapshot: Snapshot | null, view: View): Row[] {
  const since = snapshot?.status.since ?? 0;
  if (view.commands.length === 0)
    return [[span(' None yet. Every key that changes the world is a petri command; it will stand here.')]];
  return view.commands.map((command, index): Row => {
    const marked = index === view.pickedCommand;
    const outcome = { running: '...', done: 'ok ', failed: '!! ' }[command.outcome];
    return [
      span(marked ? ' > ' : '   ', 'picked'),
      span(`${clock(command.atMs - since)}  `, 'quiet'),
      span(outcome, command.outcome === 'failed' ? 'bad' : 'good'),
      span(` ${command.text}`, marked ? 'picked' : 'plain'),
      span(command.said ? `   ${command.said}` : ''),
    ];
  });
}

function blastLines(snapshot: Snapshot | null, view: View): Row[] {
  const entry = snapshot?.status.blastRadius;
  if (!entry) return [[span(' No fault has been seen yet.')]];
  const named = (label: string, names: readonly string[]): Row[] =>
    wrapText(names.length ? names.join(' ') : 'none', Math.max(20, view.columns - 22)).map((text, index) => [
      span(index === 0 ? ` ${label.padEnd(10)}${String(names.length).padStart(5)}   ` : ' '.repeat(19), 'title'),
      span(text),
    ]);
  const readBack = snapshot?.status.readBack;
  return [
    ...(view.hidden
      ? []
      : [[span(` fault ${entry.fault}: ${entry.targets.join(' ')}`)], ...named('expected', entry.predicted)]),
    ...named('hit', entry.hit),
    ...named('silent', entry.silent),
    ...named('LEAKED', entry.leaks),
    ...entry.leakRequests.map((leak): Row => [
      span(
        `           ${leak.tenant} answered ${leak.status}: ${view.word} why ${leak.request}${view.nameFlag}`,
        'bad',
      ),
    ]),
    ...(readBack
      ? [
          [] as Row,
          [span(` read back  ${readBack.read} of ${readBack.total} acknowledged writes, ${readBack.lost} lost`)],
          [span(` in doubt   ${readBack.doubtTaken} had taken effect, ${readBack.doubtNotTaken} had not`)],
          ...(readBack.jobs
            ? [
                [
                  span(
                    ` jobs       ${readBack.jobs.accepted} accepted, ${readBack.jobs.ended} ended, ${readBack.jobs.open} open, ${count(readBack.jobs.rerun)} rerun, ${count(readBack.jobs.twice)} done twice`,
                  ),
                ],
              ]
            : []),
          ...readBack.lostRequests.map((lost): Row => [
            span(` LOST       ${lost.tenant} ${lost.request}: expected ${lost.expected}, seen ${lost.seen}`, 'bad'),
          ]),
        ]
      : []),
    ...(snapshot?.status.skipped ?? []).map(({ what, because }): Row => [span(` not judged ${what}: ${because}`)]),
  ];
}

function sentences(lines: readonly string[], columns: number): Row[] {
  return lines.flatMap((line) => wrapText(line, columns - 2).map((text): Row => [span(` ${text}`)]));
}
