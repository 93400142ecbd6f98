import type { Event } from '../../cells/runtime/events.ts';

/** What unaffected tenants went through with the faults and without. */
export interface CounterfactualResult {
  /** Tenants that were compared, and their operations. */
  readonly tenants: number;
  readonly operations: number;
  readonly differences: readonly CounterfactualDifference[];
}

/** The first operation of one tenant that differs. */
export interface CounterfactualDifference {
  readonly tenant: string;
  /** Which of its operations: 1 for the first. */
  readonly nth: number;
  /** Operation, arguments, outcome, status, etag, version, cell and epoch; null: there is none. */
  readonly without: string | null;
  readonly with: string | null;
  readonly events: readonly Event[];
}

/** What a tenant went through, operation by operation, in the order in which it meant to send them. */
interface Course {
  /** Operation and arguments, then, once it has ended, outcome, value, version, cell and epoch. */
  readonly lines: string[];
  readonly ended: (Event | null)[];
}

/** How many of a tenant's newest ends are kept whole, to be shown. */
const eventsKept = 1000;

/**
 * The courses of all tenants in one run: for comparing a run with the one of the same seed without its faults. Times, ids and map versions are
 * left out; so are the read back, which asks after what this very run has written, and attempts, which are how an end was come to.
 */
export class Courses {
  readonly #tenants = new Map<string, Course>();
  /** Tenants that moved, or began to: where they live then is no fault's doing. */
  readonly #moved = new Set<string>();
  readonly #open = new Map<string, { readonly course: Course; readonly nth: number }>();

  take(event: Event): void {
    if (event.kind === 'request.sent') this.#sent(event);
    else if (event.kind === 'request.answered' && !event.part.startsWith('router/')) this.#answered(event);
    else if (event.kind.startsWith('move.')) this.#moved.add(event['tenant'] as string);
  }

  get tenants(): Iterable<string> {
    return this.#tenants.keys();
  }

  hasMoved(tenant: string): boolean {
    return this.#moved.has(tenant);
  }

  /** The tenant's lines; empty where it sent nothing. */
  of(tenant: string): readonly string[] {
    return this.#tenants.get(tenant)?.lines ?? [];
  }

  /** The answer that ended the n-th operation, from 0; null where it did not end, or was long ago. */
  endOf(tenant: string, nth: number): Event | null {
    return this.#tenants.get(tenant)?.ended[nth] ?? null;
  }

  #sent(event: Event): void {
    if (event['attempt'] !== 1 || event['purpose'] !== undefined) return;
    const tenant = event['tenant'] as string;
    let course = this.#tenants.get(tenant);
    if (!course) this.#tenants.set(tenant, (course = { lines: [], ended: [] }));
    const nth = course.lines.length;
    course.lines.push(flat(`${event['op'] as string}${argsOf(event)}: no answer`));
    course.ended.push(null);
    if (nth >= eventsKept) course.ended[nth - eventsKept] = null;
    this.#open.set(event['request'] as string, { course, nth });
  }

  #answered(event: Event): void {
    if (event['final'] === false) return;
    const request = event['request'] as string;
    const open = this.#open.get(request);
    if (!open) return;
    this.#open.delete(request);
    const { course, nth } = open;
    const asked = course.lines[nth]!.slice(0, -'no answer'.length);
    course.lines[nth] = flat(`${asked}${endIn(event)}`);
    course.ended[nth] = event;
  }
}

/** Compares the courses of the tenants that no fault could affect and that nobody moved: each must have gone through the same. */
export function compareCourses(
  withFaults: Courses,
  without: Courses,
  isUnaffected: (tenant: string) => boolean,
): CounterfactualResult {
  const isCompared = (tenant: string) =>
    isUnaffected(tenant) && !withFaults.hasMoved(tenant) && !without.hasMoved(tenant);
  const tenants = [...new Set([...withFaults.tenants, ...without.tenants])].filter(isCompared).sort();
  const differences: CounterfactualDifference[] = [];
  let operations = 0;
  for (const tenant of tenants) {
    const here = withFaults.of(tenant);
    const there = without.of(tenant);
    operations += here.length;
    const length = Math.max(here.length, there.length);
    let nth = 0;
    while (nth < length && here[nth] === there[nth]) nth++;
    if (nth === length) continue;
    const events = [without.endOf(tenant, nth), withFaults.endOf(tenant, nth)].filter((event) => event !== null);
    differences.push({ tenant, nth: nth + 1, without: there[nth] ?? null, with: here[nth] ?? null, events });
  }
  return { tenants: tenants.length, operations, differences };
}

function argsOf(event: Event): string {
  const args = (event['args'] ?? {}) as Readonly<Record<string, string | number>>;
  let text = '';
  for (const name in args) text += ` ${args[name]}`;
  return text;
}

function endIn(event: Event): string {
  const { outcome, status, etag, version, cell, epoch } = event as Readonly<Record<string, unknown>>;
  // A job's id is drawn anew in each run; what counts is that it was accepted.
  return `${outcome as string} ${status as number} ${(etag ?? event['valueHash'] ?? '-') as string} ${(version ?? '-') as number} ${(cell ?? '-') as string} ${(epoch ?? '-') as number}`;
}

/** A string that was put together is kept as a tree of its pieces until somebody reads it; these are kept by the million. */
function flat(text: string): string {
  text.charCodeAt(text.length - 1);
  return text;
}
