import type { AuroraPort } from '../aurora-client/aurora-client.ts';
import type { EventSink } from '../runtime/events.ts';
import { wait, type Time } from '../runtime/time.ts';
import type { QueueProducer } from './queue-producer.ts';

/** Jobs made open in one transaction, and how long the next waits: a redrive must not drown the workers. */
const batchMax = 25;
const pauseMs = 250;
/** Entries that one redrive clears beside those of the jobs it made open. */
const entriesMax = 1000;

/**
 * Makes every dead job open again and removes its entry from the dead-letter queue. Aurora first: a crash in between
 * leaves an entry of a job that is open, which the next redrive removes. Resolves with how many jobs were made open.
 */
export async function redrive(
  time: Time,
  aurora: AuroraPort,
  engine: QueueProducer,
  events: EventSink,
): Promise<number> {
  const entries = await engine.deadLetters(entriesMax);
  let redriven = 0;
  for (;;) {
    const { jobs } = await aurora.read('jobs.dead', { limit: batchMax });
    const ids = jobs.map(({ id }) => id);
    const { count } = await aurora.tx('job.redrive', { ids });
    redriven += count;
    if (count > 0) events.record('job.redriven', { jobs: ids });
    await engine.removeDeadLetters(ids);
    // A job may die again while others are still made open: whoever asked decides about that one.
    if (jobs.length < batchMax) break;
    await wait(time, pauseMs);
  }
  await engine.removeDeadLetters(entries);
  return redriven;
}
