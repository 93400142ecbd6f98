import { basename } from 'node:path';
import { packRun } from '../runs/packed-run.ts';
import { openRun } from '../runs/read-run.ts';
import type { Invocation } from './context.ts';
import { usage } from './failure.ts';
import { flag, textOption } from './options.ts';
import { printJson } from './print.ts';

/** Makes a recorded run one file. */
export async function run({ args, options, context }: Invocation): Promise<void> {
  const found = await openRun(args[0]!);
  const file = textOption(options, 'output') ?? `${basename(found.path)}.petri`;
  const { bytes } = await packRun(found.folder, file).catch((error: NodeJS.ErrnoException) =>
    usage(`${file} cannot be written (${error.code ?? error.message}): name another file with -o`),
  );
  if (flag(options, 'json')) printJson(context, { file, bytes });
  else context.out(`${file}: ${Math.ceil(bytes / 1024)} KiB; petri run, check, report and replay take it`);
}
