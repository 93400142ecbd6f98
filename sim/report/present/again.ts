import { html, lines, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section } from './section.ts';

/** How to see it again: commands that can be pasted, and the scenario's file. */
export function again({ plan, petri, word, path, scenario }: ReportedRun): Html {
  const run = shellWord(path);
  const bug = plan.bug === null ? '' : ` --bug ${plan.bug}`;
  const commands = [
    ['the same scenario once more', `${word} run ${run} --on ${petri.on} --seed ${plan.seed}${bug}`],
    ['this run second by second, in the terminal', `${word} replay ${run}`],
    ['judge the record again', `${word} check ${run}`],
    ['one file of it, for a ticket', `${word} pack ${run}`],
  ] as const;
  const rows = commands.map(
    ([words, command]) =>
      html`<div>
        <dt>${words}</dt>
        <dd><code>${command}</code></dd>
      </div>`,
  );
  const honest =
    petri.on === 'virtual'
      ? 'In virtual time the seed reproduces every byte of it.'
      : "On real parts the seed reproduces the plan (who sends what when, which fault when), not the machine's timing.";
  return section(
    'again',
    'Run it again',
    html`<dl class="commands">${rows}</dl>
      <p class="note">${honest}</p>`,
    html`<h3>scenario.yaml</h3>
      <pre><code>${lines(scenario.trimEnd())}</code></pre>`,
  );
}

/** A path as a shell takes it whole. */
function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
