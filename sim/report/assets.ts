import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Asset, PageAssets } from './present/page.ts';

/** What stands in the page: uPlot as npm brought it, and our own style and script, which are files of this clone. */
export function readAssets(): PageAssets {
  const require = createRequire(import.meta.url);
  const uplot = (name: string) => require.resolve(`uplot/dist/${name}`);
  return {
    styles: [asset(uplot('uPlot.min.css')), asset(own('report.css'))],
    scripts: [asset(uplot('uPlot.iife.min.js')), asset(own('report.js'))],
  };
}

function asset(file: string): Asset {
  const text = readFileSync(file, 'utf8');
  return { text, hash: `sha256-${createHash('sha256').update(text).digest('base64')}` };
}

/** A file of `sim/report/page`, from the source or from dist/. */
function own(name: string): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [join(here, 'page', name), join(here, '../sim/report/page', name)];
  const found = places.find((place) => existsSync(place));
  if (found === undefined) throw new Error(`${name} is missing beside ${here}`);
  return found;
}
