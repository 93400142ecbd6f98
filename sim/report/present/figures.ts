import { html, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section } from './section.ts';
import { count, percent, plural, span } from './words.ts';

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly note: string;
}

/** The figures that the verdict rests on, counted by the judge over the whole run. */
export function figures({ verdict, digest }: ReportedRun): Html {
  const { requests, errors, blastRadius, detectedAfterMs, recoveredAfterMs, queueAgeMsMax, goodputRatio, jobs } =
    verdict.judgement.facts;
  const all = digest.tenants.length;
  const shown: readonly Figure[] = [
    {
      name: 'Blast radius',
      value: percent(blastRadius.measuredRatio),
      note: `${count(blastRadius.hit.length)} of ${plural(all, 'tenant')} hit; ${percent(blastRadius.predictedRatio)} predicted`,
    },
    {
      name: 'Leaks',
      value: count(blastRadius.leaks.length),
      note:
        blastRadius.leaks.length === 0 ? 'nobody was hit who was not predicted' : 'hit, and nobody had predicted it',
    },
    {
      name: 'Goodput',
      value: percent(goodputRatio),
      note: `${count(requests.ok)} of ${plural(requests.offered, 'request')} ok, ${count(requests.refused)} refused, ${count(requests.unknown)} unknown`,
    },
    {
      name: 'Errors',
      value: count(errors.all),
      note: `${count(errors.inside)} of predicted tenants, ${count(errors.outside)} of others`,
    },
    {
      name: 'Noticed after',
      value: span(detectedAfterMs),
      note: 'from the first fault to a router finding the cell down',
    },
    {
      name: 'Recovered after',
      value: span(recoveredAfterMs),
      note: "from the last fault's end until all was served again",
    },
    { name: 'Oldest job', value: span(queueAgeMsMax), note: 'the longest that one waited in a queue' },
    {
      name: 'Jobs',
      value: count(jobs.accepted),
      note: `${count(jobs.done)} done, ${count(jobs.dead)} dead, ${count(jobs.open)} open, ${plural(jobs.redelivered, 'redelivery', 'redeliveries')}`,
    },
  ];
  return section('figures', 'Figures', html`<dl class="figures">${shown.map(figure)}</dl>`);
}

function figure({ name, value, note }: Figure): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd><span class="value">${value}</span> <span class="note">${note}</span></dd>
  </div>`;
}
