import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { readAssets } from '../report/assets.ts';
import { DigestMaker } from '../report/digest.ts';
import { page } from '../report/present/page.ts';
import { openRun } from '../runs/read-run.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { flag, textOption } from './options.ts';
import { petriWord } from './petri-word.ts';
import { printJson } from './print.ts';

/** Writes a recorded run as one HTML file, beside its record or where `-o` says. */
export async function run({ args, options, context }: Invocation): Promise<void> {
  const found = await openRun(args[0]!);
  const digest = new DigestMaker(found.plan);
  for await (const event of found.events()) digest.take(event);
  const startedAt = found.petri.on === 'virtual' ? null : utc(found.plan.startedAt);
  const text = page({ ...found, digest: digest.end(), startedAt, word: petriWord(process.env) }, readAssets());
  const file =
    textOption(options, 'output') ??
    (found.folder === found.path ? join(found.path, 'report.html') : `${basename(found.path)}.html`);
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) =>
    usage(`${file} cannot be written (${error.code}): name another file with -o`),
  );
  const bytes = Buffer.byteLength(text);
  if (flag(options, 'json')) printJson(context, { file, bytes, verdict: found.verdict.verdict });
  else context.out(`${file}: ${found.verdict.headline} (${Math.ceil(bytes / 1024)} KiB, opens in any browser)`);
}

function utc(unixMs: number): string {
  return `${new Date(unixMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
