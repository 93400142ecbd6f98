import { DigestMaker } from '../../sim/report/digest.ts';
import type { ReportedRun } from '../../sim/report/record.ts';
import { recordedRun, type RecordedRun } from './recorded-run.ts';

/** The recorded run as the page takes it. `renamed`: what tenant t05 is called in it. */
export function reported(renamed = 't05'): ReportedRun & Pick<RecordedRun, 'events'> {
  const text = JSON.stringify(recordedRun()).replaceAll('"t05"', JSON.stringify(renamed));
  const run = JSON.parse(text) as RecordedRun;
  const maker = new DigestMaker(run.plan);
  for (const event of run.events) maker.take(event);
  return { ...run, digest: maker.end(), startedAt: '2026-11-24 12:00:00 UTC', path: 'runs/one', word: './petri' };
}
