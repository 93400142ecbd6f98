/**
 * Measures Petri beside its peers and writes docs/bench.md.
 *
 *     npm run bench                            every figure
 *     npm run bench -- P1 P11                  some
 *     npm run bench -- --quick P1              short runs, nothing written
 *     npm run bench -- --json FILE             the results as JSON too
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figures } from './figures.ts';
import { machine } from './frame.ts';
import { asMarkdown, type Measured, writeMeasured } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
});
const unknown = positionals.filter((id) => !figures.some((one) => one.id === id));
if (unknown.length > 0) {
  console.error(`There is no figure ${unknown.join(', ')}; there are ${figures.map(({ id }) => id).join(', ')}.`);
  process.exit(64);
}

const measured: Measured[] = [];
let failed = 0;
for (const one of figures.filter(({ id }) => positionals.length === 0 || positionals.includes(id))) {
  console.log(`${one.id} ${one.title} …`);
  const at = Date.now();
  try {
    const result = await one.measure({ quick: values.quick });
    measured.push({ id: one.id, title: one.title, machine: machine(), at, tookMs: Date.now() - at, ...result });
    // After each: a run that is interrupted keeps what it has.
    if (!values.quick) writeMeasured(measured, figures);
    for (const { target, measured: seen, met } of result.verdicts) {
      console.log(`  ${met === null ? '?    ' : met ? 'met  ' : 'SHORT'} ${target}: ${seen}`);
    }
  } catch (error) {
    failed++;
    console.error(`  failed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

if (values.json) writeFileSync(values.json, JSON.stringify(measured, null, 2) + '\n');
if (values.quick) console.log(`\n${asMarkdown(measured)}`);
process.exit(failed === 0 ? 0 : 1);
