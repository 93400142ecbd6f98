/**
 * The events that parts of a cell record (kinds are contract):
 * - web:    `write.committed` {tenant, sheet, row, version, etag, epoch, key|null, request}   after Aurora acknowledged
 *           `job.accepted` {tenant, job, queue, units, jobKind, epoch, key|null, request}
 *           `job.delivered` {job, outbox, queue}   by the relay
 *           `queue.refilled` {count}   `job.redriven` {jobs: [id]}   dead ones that were made open again
 * - worker: `job.started` {tenant, job, queue, attempt}   `job.redelivered` {tenant, job, queue, attempt}   before `job.started` where attempt > 1
 *           `job.done` {tenant, job, queue, attempt, already: boolean, state, dwellMs, workMs}   `already`: this delivery found nothing to do, and
 *           `state` is why: `done` or `dead` before, or `open` in the other queue
 *           `job.dead` {tenant, job, attempts, reason}   `job.promoted` {tenant, job, units}
 * - aurora: `aurora.role` {role, generation, reason}   `aurora.fenced` {generation, current}
 */
export const cellEventKinds = [
  'write.committed',
  'job.accepted',
  'job.delivered',
  'queue.refilled',
  'job.redriven',
  'job.started',
  'job.redelivered',
  'job.done',
  'job.dead',
  'job.promoted',
  'aurora.role',
  'aurora.fenced',
] as const;
