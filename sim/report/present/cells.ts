import type { RunSeries } from '../../runs/contract.ts';
import { html, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { section } from './section.ts';
import { count, plural, span } from './words.ts';

/** The charts of a cell, from left to right; the page's script draws each into its figure. */
const charts = [
  { kind: 'rates', caption: 'Answers a second' },
  { kind: 'latency', caption: 'Latency of what was answered' },
  { kind: 'queue', caption: 'Open jobs, and tenants with an error' },
] as const;

/** Every cell's rates, latency and queue, on the same scales so that cells can be compared. */
export function cells({ metrics, digest }: ReportedRun): Html {
  const shown = Object.entries(metrics.cells).map(([cell, series]) => {
    const tenants = digest.tenants.filter((tally) => tally.cell === cell).length;
    return cellCharts(cell, tenants, series);
  });
  return section(
    'cells',
    'Cells',
    html`<p class="note">
      All cells on one scale; the shaded stretches are open faults. Drag over a chart to look closer, double-click to
      see all of it.
    </p>`,
    html`<noscript
      ><p class="note">
        The charts are drawn by the script in this page, which is switched off here; the figures beside each cell stand
        without it.
      </p></noscript
    >`,
    shown,
  );
}

function cellCharts(cell: string, tenants: number, series: RunSeries): Html {
  const words = summary(series);
  const drawn = charts.map(
    ({ kind, caption }) =>
      html`<figure>
        <figcaption>${caption}</figcaption>
        <div
          class="chart"
          role="img"
          aria-label="Cell ${cell}, ${caption}: ${words}"
          data-cell="${cell}"
          data-kind="${kind}"
        ></div>
      </figure>`,
  );
  return html`<article class="cell">
    <h3>Cell ${cell} <span class="note">${plural(tenants, 'tenant')}; ${words}</span></h3>
    <div class="charts">${drawn}</div>
  </article>`;
}

function summary({ ok, refused, unknown, latencyMsP99, jobsOpen }: RunSeries): string {
  const sum = (column: readonly number[]) => count(column.reduce((total, value) => total + value, 0));
  const slowest = latencyMsP99.reduce<number | null>(
    (most, value) => (value === null ? most : Math.max(most ?? 0, value)),
    null,
  );
  const jobs = jobsOpen.reduce((most, value) => Math.max(most, value), 0);
  return `${sum(ok)} ok, ${sum(refused)} refused, ${sum(unknown)} unknown; p99 ${span(slowest)} at its worst second; at most ${plural(jobs, 'open job')}`;
}
