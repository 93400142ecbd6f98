import type { InvariantId, InvariantVerdict, Violation } from '../../judge/contract.ts';
import { html, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section, table } from './section.ts';
import { count, fieldsOf, moment, plural, stateMark } from './words.ts';

/** When each of them holds, in a sentence. */
const holdsWhen = {
  'no-lost-write': 'every acknowledged write is read back, or a later version is',
  'no-phantom': 'nothing is read that was never written; nothing refused took effect',
  'row-order': 'a row never goes back: read-your-writes, monotonic reads, linearizable',
  'once-per-key': 'at most one effect and one answer for each idempotency key',
  'no-lost-job': 'every accepted job ends, in one end only',
  'job-once': "a job's effect happens once",
  isolation: "no tenant sees another's data",
  'blast-radius': 'nobody outside the predicted set is hit',
  'one-home': 'epochs only rise; one cell acknowledges for a tenant and an epoch',
  'no-zombie-write': 'a fenced or paused former owner acknowledges nothing',
  conservation: 'what was offered equals what was answered and is still under way',
  recovery: 'after the last fault is gone everything recovers in bounded time',
  'faults-accounted': 'every fault was seen to take and seen to go',
  'same-bytes': 'the same seed gives the same log',
} as const satisfies Record<InvariantId, string>;

/** What must always hold, whether it did, and each breach told so that a person understands it. */
export function invariants(run: ReportedRun): Html {
  const { judgement } = run.verdict;
  const rows = judgement.invariants.map((verdict) => invariantRow(verdict));
  const breaches = judgement.invariants.filter(({ violations }) => violations.length > 0);
  return section(
    'invariants',
    'Invariants',
    table('invariants', ['State', 'What must hold', 'Looked at'], rows),
    breaches.map((verdict) => breach(run, verdict)),
  );
}

function invariantRow({ id, state, reason, count: found, looked, violations }: InvariantVerdict): Html {
  const more = found > 0 ? html` <a href="#${id}">${count(found)} found</a>` : null;
  const anchor = violations.length > 0 ? html`` : html` id="${id}"`;
  return html`<tr class="${state}" ${anchor}>
    <td>${stateMark(state)}</td>
    <th scope="row"><code>${id}</code> <span class="note">${holdsWhen[id]}</span></th>
    <td>${looked}${more}${reason === null ? null : html`<br /><span class="reason">${reason}</span>`}</td>
  </tr>`;
}

function breach(run: ReportedRun, { id, count: found, violations }: InvariantVerdict): Html {
  const shown = violations.length < found ? `, the first ${count(violations.length)} of ${count(found)}` : '';
  return html`<article class="breach" id="${id}">
    <h3><code>${id}</code> ${plural(found, 'violation')}${shown}</h3>
    ${violations.map((violation) => told(run, violation))}
  </article>`;
}

function told({ plan }: ReportedRun, { request, tenant, cell, epoch, expected, seen, events }: Violation): Html {
  const named = [
    ['request', request],
    ['tenant', tenant],
    ['cell', cell],
    ['epoch', epoch],
  ] as const;
  const who = named.flatMap(([name, value]) =>
    value === null ? [] : [html`<span>${name} <code>${value}</code></span> `],
  );
  const rows = events.map(
    (event) =>
      html`<tr>
        <td class="number">${moment((event.t - plan.judged.startT) / 1000)}</td>
        <td>${event.part}</td>
        <td>${event.kind}</td>
        <td class="fields">${fieldsOf(event)}</td>
      </tr>`,
  );
  return html`<div class="violation">
    <p class="who">${who}</p>
    <dl>
      <div>
        <dt>Expected</dt>
        <dd>${expected}</dd>
      </div>
      <div>
        <dt>Seen</dt>
        <dd>${seen}</dd>
      </div>
    </dl>
    ${rows.length === 0 ? null : table('events', ['At', 'Part', 'Event', 'Says'], rows)}
  </div>`;
}
