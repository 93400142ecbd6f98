import { basename } from 'node:path';
import { openReplay } from '../replay/open-replay.ts';
import type { Replay } from '../replay/replay.ts';
import { DigestMaker } from '../report/digest.ts';
import { openRun } from '../runs/read-run.ts';
import { parseDuration } from '../world/quantities.ts';
import type { CommandContext, Invocation } from './context.ts';
import { flag, parsedOption, textOption } from './options.ts';
import { printJson } from './print.ts';

const lookEveryMs = 500;
const dayMs = 86_400_000;

/** A recorded run in the terminal UI, with a slider; without a terminal what happened, a line each. */
export async function run({ args, options, context }: Invocation): Promise<number> {
  const theme = textOption(options, 'theme');
  await context.checkTheme(theme);
  const asked = parsedOption(options, 'at', (text) => parseDuration(text, { min: 0, max: dayMs }));
  const found = await openRun(args[0]!);
  const film = await openReplay(found);
  if (flag(options, 'json')) {
    printJson(context, film.at(asked ?? film.endMs));
    return 0;
  }
  if (!context.isTerminal) {
    tell(film, asked ?? 0, context);
    return 0;
  }
  const digest = new DigestMaker(found.plan);
  for (const event of film.events) digest.take(event);
  const faults = digest
    .end()
    .faults.map(({ injectedMs, goneMs }) => ({ fromMs: injectedMs, toMs: goneMs ?? film.endMs }));
  const name = basename(found.path);
  return context.openReplay({ name, film, atMs: asked ?? 0, faults, done: found.plan.done, theme });
}

/** The log, and the sentence on top of the picture whenever it says something else than a figure. */
function tell(film: Replay, fromMs: number, context: CommandContext): void {
  let told = '';
  let linesTold = film.at(fromMs).log.length;
  for (let ms = fromMs; ; ms = Math.min(film.endMs, ms + lookEveryMs)) {
    const { status, log } = film.at(ms);
    const fresh = log.slice(linesTold);
    for (const line of fresh) context.out(`${moment(line.at - status.since)}  ${line.text}`);
    linesTold = log.length;
    const words = status.headline.replace(/[\d.]+/g, '');
    if (words !== told) context.out(`${moment(ms)}  ${status.headline}`);
    told = words;
    if (ms >= film.endMs) return;
  }
}

function moment(ms: number): string {
  const tenths = Math.floor(Math.max(0, ms) / 100);
  return `${Math.floor(tenths / 600)}:${((tenths % 600) / 10).toFixed(1).padStart(4, '0')}`;
}
