import { html, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section, table } from './section.ts';
import { stateMark } from './words.ts';

const meanings: Readonly<Record<string, string>> = {
  blastRadius: 'share of all tenants that were hit',
  'errors.all': 'attempts that ended in an error',
  'errors.inside': 'errors of tenants that were predicted',
  'errors.outside': 'errors of tenants that nobody had predicted',
  detectWithin: 'from the first fault to a router finding the cell down',
  recoverWithin: "from the last fault's end until all was served again",
  queueAge: 'the longest that a job of the standard queue waited',
  jobsRerun: 'deliveries of a job after its first',
  jobsDead: 'jobs that were dead-lettered',
  goodput: 'share of the offered requests that were answered ok',
};

/** What the scenario expected, beside what was measured. */
export function expectations({ verdict }: ReportedRun): Html | null {
  if (verdict.expectations.length === 0) return null;
  const rows = verdict.expectations.map(
    ({ name, state, expected, measured }) =>
      html`<tr class="${state}">
        <td>${stateMark(state)}</td>
        <th scope="row"><code>${name}</code> <span class="note">${meanings[name] ?? ''}</span></th>
        <td class="number">${expected}</td>
        <td class="number">${measured}</td>
      </tr>`,
  );
  return section(
    'expectations',
    'Expectations',
    table('expectations', ['State', 'What', 'Expected', 'Measured'], rows),
  );
}
