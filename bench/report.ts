import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Figure, type FigureResult, root } from './frame.ts';

/** A figure as it was measured last, and where. */
export interface Measured extends FigureResult {
  readonly id: string;
  readonly title: string;
  readonly machine: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly tookMs: number;
}

const jsonFile = join(root, 'docs/bench.json');
const tableFile = join(root, 'docs/bench.md');

/** What earlier runs measured; a run of some figures leaves the others as they are. */
export function readMeasured(): readonly Measured[] {
  return existsSync(jsonFile) ? (JSON.parse(readFileSync(jsonFile, 'utf8')) as readonly Measured[]) : [];
}

export function writeMeasured(fresh: readonly Measured[], order: readonly Figure[]): void {
  const all = new Map([...readMeasured(), ...fresh].map((one) => [one.id, one]));
  const ordered = order.flatMap(({ id }) => all.get(id) ?? []);
  mkdirSync(join(root, 'docs'), { recursive: true });
  writeFileSync(jsonFile, JSON.stringify(ordered, null, 2) + '\n');
  writeFileSync(tableFile, asMarkdown(ordered));
}

const asWord = (met: boolean | null) => (met === null ? 'not measured' : met ? 'met' : '**short**');

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function sectionOf(one: Measured): string {
  const columns = [...new Set(one.rows.flatMap(({ values }) => Object.keys(values)))];
  return [
    `## ${one.id} ${one.title}`,
    tableOf(
      ['', ...columns],
      one.rows.map(({ subject, values }) => [subject, ...columns.map((name) => values[name] ?? '')]),
    ),
    one.verdicts.map(({ target, measured, met }) => `- ${target}: ${measured}, ${asWord(met)}`).join('\n'),
    ...one.notes,
    `Measured ${new Date(one.at).toISOString().slice(0, 16).replace('T', ' ')} UTC in ${Math.round(one.tookMs / 1000)} s on ${one.machine}.`,
  ].join('\n\n');
}

export function asMarkdown(all: readonly Measured[]): string {
  return (
    [
      '# Figures',
      'Written by `npm run bench`; `npm run bench -- P1 P11` measures some of them anew. Client, proxy and upstream share the cores, so only the ratios within one run say something; each value is the median of its runs.',
      ...all.map(sectionOf),
      '',
    ]
      .join('\n\n')
      .trimEnd() + '\n'
  );
}
