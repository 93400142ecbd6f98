import { html, json, type Html } from '../html.ts';
import type { ReportedRun } from '../record.ts';
import { again } from './again.ts';
import { cells } from './cells.ts';
import { expectations } from './expectations.ts';
import { field } from './field.ts';
import { figures } from './figures.ts';
import { head } from './head.ts';
import { invariants } from './invariants.ts';
import { timeline } from './timeline.ts';

/** What stands in the page as it is, and what lets the browser run it: each hash is that of one text, `sha256-…`. */
export interface PageAssets {
  readonly styles: readonly Asset[];
  readonly scripts: readonly Asset[];
}

export interface Asset {
  readonly text: string;
  readonly hash: string;
}

/** The whole page, one file: it fetches nothing, and nothing in it but the scripts handed in here may run. */
export function page(run: ReportedRun, { styles, scripts }: PageAssets): string {
  const asIs = (tag: 'style' | 'script', { text }: Asset): Html => ({ markup: `<${tag}>${text}</${tag}>` });
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy(styles, scripts)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${run.verdict.verdict}: ${run.plan.scenario}, seed ${run.plan.seed}</title>
        ${styles.map((style) => asIs('style', style))}
      </head>
      <body>
        ${head(run)}
        <main>
          ${[figures(run), timeline(run), cells(run), field(run), expectations(run), invariants(run), again(run)]}
        </main>
        <footer>
          Written by <code>petri report</code> ${run.petri.version} from the run's own record. One file; it fetches
          nothing.
        </footer>
        <script type="application/json" id="run">
          ${json(chartData(run))}
        </script>
        ${scripts.map((script) => asIs('script', script))}
      </body>
    </html> `;
  return markup;
}

function policy(styles: readonly Asset[], scripts: readonly Asset[]): string {
  const hashes = (assets: readonly Asset[]) => assets.map(({ hash }) => `'${hash}'`).join(' ');
  return `default-src 'none'; script-src ${hashes(scripts)}; style-src ${hashes(styles)}; base-uri 'none'; form-action 'none'`;
}

function chartData({ metrics, digest, plan }: ReportedRun) {
  const endMs = (plan.judged.endT - plan.judged.startT) / 1000;
  const faults = digest.faults.map(({ injectedMs, goneMs }) => ({ fromMs: injectedMs, toMs: goneMs ?? endMs }));
  return { everyMs: metrics.everyMs, faults, cells: metrics.cells };
}
