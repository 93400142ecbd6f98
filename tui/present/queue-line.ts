import type { QueueStatus } from '../../sim/state/status.ts';
import type { Glyphs } from '../glyphs.ts';
import { age, count } from './figures.ts';
import { span, type Row } from './text.ts';

/** A full bar: so many jobs wait. */
const fullBarJobs = { standard: 80, xl: 5 };

/** What is known of a queue: now, or when it was read last. */
function reading(queue: QueueStatus): { waiting: number; inFlight: number; stale: boolean } | null {
  if (queue.waiting !== null) return { waiting: queue.waiting, inFlight: queue.inFlight ?? 0, stale: false };
  return queue.last ? { waiting: queue.last.waiting, inFlight: queue.last.inFlight, stale: true } : null;
}

export interface QueueLook {
  readonly label: 'jobs' | 'XL';
  readonly barWidth: number;
  /** Words in full (`4 waiting`) or the figure alone. */
  readonly words: boolean;
  readonly clearing: boolean;
  readonly brackets: boolean;
}

/** `jobs #....... 4`, `jobs X....... 9 FROZEN`, `XL   ? (cannot be read)`. */
export function queueLine(queue: QueueStatus, look: QueueLook, glyphs: Glyphs): Row {
  const label = span(look.label.padEnd(5));
  const known = reading(queue);
  const [open, close] = look.brackets ? ['[', ']'] : ['', ''];
  if (!known) return [label, span(`${open}${' '.repeat(look.barWidth)}${close} ?`)];
  const shown = known.waiting > 0 ? known.waiting : known.inFlight;
  const scale = look.label === 'XL' ? fullBarJobs.xl : fullBarJobs.standard;
  const filled = shown === 0 ? 0 : Math.max(1, Math.min(look.barWidth, Math.round((look.barWidth * shown) / scale)));
  const ink = queue.frozen ? glyphs.bar.frozen : glyphs.bar.full;
  return [
    label,
    span(open),
    span(ink.repeat(filled), queue.frozen ? 'bad' : 'plain'),
    span(glyphs.bar.empty.repeat(look.barWidth - filled), 'quiet'),
    span(known.stale && !queue.frozen ? `${close} ?` : `${close} ${count(shown)}`),
    ...stateWord(queue, known, look),
  ];
}

function stateWord(
  queue: QueueStatus,
  known: { waiting: number; stale: boolean; inFlight: number },
  look: QueueLook,
): Row {
  if (queue.frozen) return [span(' FROZEN', 'bad')];
  if (known.stale) return [span(` was ${count(known.waiting)}`, 'warn')];
  if (look.clearing && known.waiting > 5) return [span(' falling', 'late')];
  if (!look.words) return [];
  return [span(known.waiting === 0 && known.inFlight > 0 ? ' running' : ' waiting')];
}

/** Of both queues, the age of the job that waits longest; while a queue cannot be read it goes on growing. */
export function oldestJob(standard: QueueStatus, xl: QueueStatus, nowMs: number): { text: string; growing: boolean } {
  const ages = [standard, xl].map((queue) => ageOf(queue, nowMs));
  const known = ages.filter((value) => typeof value === 'number');
  const growing = standard.frozen || xl.frozen;
  if (known.length > 0) return { text: age(Math.max(...known)), growing };
  return { text: ages.includes('none') ? 'none' : '?', growing };
}

function ageOf(queue: QueueStatus, nowMs: number): number | 'none' | null {
  if (queue.waiting !== null) return queue.oldestAgeMs ?? (queue.waiting === 0 ? 'none' : null);
  if (queue.last === null || queue.last.oldestAgeMs === null) return null;
  return queue.last.oldestAgeMs + Math.max(0, nowMs - (queue.readMs ?? nowMs));
}
