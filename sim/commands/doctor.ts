import type { Invocation } from './context.ts';
import { conclude, examine, type Finding } from './examine.ts';
import { exitCodes } from './failure.ts';
import { flag } from './options.ts';
import { paint, printJson } from './print.ts';

const marks = { ok: 'ok  ', note: 'note', missing: 'MISS' } as const;

/** Says what this machine is good for. 69 where something is missing without which no world can be grown. */
export async function run({ options, context }: Invocation): Promise<number> {
  const findings = await examine(flag(options, 'fix'));
  const conclusion = conclude(findings);
  if (flag(options, 'json')) printJson(context, { findings, conclusion });
  else {
    for (const finding of findings) context.out(`${mark(finding, context)}  ${finding.subject}: ${finding.text}`);
    context.out(conclusion);
  }
  return findings.some((finding) => finding.level === 'missing') ? exitCodes.unavailable : exitCodes.done;
}

function mark({ level }: Finding, context: Invocation['context']): string {
  return paint(context, level === 'ok' ? 'green' : level === 'note' ? 'yellow' : 'red', marks[level]);
}
