/**
 * The last word of CI: `node scripts/ci-summary.mjs FAILED_STAGES REPORT.json…` adds up vitest's reports and prints `N passed, N failed`.
 * A stage that failed without a failing test (lint, types, a crash of the runner) counts as one failure.
 */
import { readFileSync } from 'node:fs';

const [failedStages, ...files] = process.argv.slice(2);
const reports = files.flatMap((file) => {
  try {
    return [JSON.parse(readFileSync(file, 'utf8'))];
  } catch {
    return [];
  }
});
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0);
const failedTests = reports.reduce((sum, report) => sum + report.numFailedTests, 0);
const stagesWithFailedTests = reports.filter((report) => report.numFailedTests > 0).length;
const failed = failedTests + Math.max(0, Number(failedStages) - stagesWithFailedTests);

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
