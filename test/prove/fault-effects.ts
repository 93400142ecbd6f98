import { isDeepStrictEqual } from 'node:util';
import type { FaultStatus } from '../../sim/state/status.ts';
import { eventually } from '../support/petri-box.ts';
import type { Arena } from './kill-cell.ts';

/** A fault done by hand to cell b, what its probe is to say, whom the table predicts, and what a caller can see of it. */
export interface FaultEffect {
  readonly command: readonly string[];
  readonly seen: RegExp;
  readonly predicted: 'cell' | 'none';
  /** Ends with the sentence of what was wrong. */
  readonly during?: (caller: Caller) => Promise<string | null>;
  readonly after?: (caller: Caller) => Promise<string | null>;
}

interface Answer {
  readonly status: number | null;
  readonly tookMs: number;
  readonly body: unknown;
  /** Of a problem, what it says; else empty. */
  readonly detail: string;
}

/** Somebody who calls tenants of a and of b through the router, without any retry. */
export class Caller {
  readonly arena: Arena;
  readonly own: string;
  readonly stranger: string;

  constructor(arena: Arena) {
    this.arena = arena;
    this.own = arena.tenantsOf['b']?.[0] ?? '';
    this.stranger = arena.tenantsOf['a']?.[0] ?? '';
  }

  put = (value: unknown, tenant = this.own, row = 'r1') =>
    this.#ask('PUT', `/sheets/s1/rows/${row}`, tenant, { value });
  get = (tenant = this.own, row = 'r1') => this.#ask('GET', `/sheets/s1/rows/${row}`, tenant);
  submit = () => this.#ask('POST', '/jobs', this.own, { kind: 'recalc', sheet: 's1', units: 10 });
  job = (id: string) => this.#ask('GET', `/jobs/${id}`, this.own);

  /** Where it matters that a request is answered at all. */
  async #ask(method: string, path: string, tenant: string, body?: unknown): Promise<Answer> {
    const beganMs = performance.now();
    const headers = { 'x-tenant-id': tenant, 'content-type': 'application/json' };
    const init = {
      method,
      headers,
      signal: AbortSignal.timeout(6000),
      ...(body ? { body: JSON.stringify(body) } : {}),
    };
    try {
      const answer = await fetch(`${this.arena.url}${path}`, init);
      const said = (await answer.json()) as { readonly detail?: string };
      return { status: answer.status, body: said, detail: said.detail ?? '', tookMs: performance.now() - beganMs };
    } catch {
      return { status: null, body: null, detail: '', tookMs: performance.now() - beganMs };
    }
  }
}

const writesAreRefused = async (caller: Caller) => {
  const [write, read] = [await caller.put('refused'), await caller.get()];
  const isSo = write.status === 503 && read.status === 200 && !isDeepStrictEqual(read.body, { value: 'refused' });
  return isSo ? null : `a write was answered ${write.status}, a read ${read.status}`;
};

const jobsWait = async (caller: Caller) => {
  const accepted = await caller.submit();
  jobOfBefore = String((accepted.body as { id?: string } | null)?.id);
  const { body } = await caller.job(jobOfBefore);
  return accepted.status === 202 && (body as { state?: string }).state === 'queued' ? null : 'the job did not wait';
};

const jobsEnd = async (caller: Caller) => {
  const state = async () => ((await caller.job(jobOfBefore)).body as { state?: string } | null)?.state === 'done';
  return eventually('the job is done', state).then(
    () => null,
    (error: Error) => error.message,
  );
};

let jobOfBefore = '';

export const faultEffects: readonly FaultEffect[] = [
  {
    command: ['packet-loss', 'router->b', 'share=50%'],
    seen: /1 of 1 links losing 50 %/,
    predicted: 'cell',
    during: async (caller) => {
      const tookMs: number[] = [];
      for (let asks = 0; asks < 12; asks++) {
        tookMs.push((await caller.get()).tookMs);
        if (tookMs.at(-1)! > 190) return null;
      }
      return `nothing was sent again: ${tookMs.map(Math.round).join(', ')} ms`;
    },
  },
  {
    command: ['bandwidth', 'router->b', 'bytesPerSecond=4000'],
    seen: /1 of 1 links with 4000 bytes a second/,
    predicted: 'cell',
    during: async (caller) => {
      const { status, tookMs } = await caller.get(caller.own, 'large');
      return status === 200 && tookMs > 1200 ? null : `8 KB were answered ${status} in ${Math.round(tookMs)} ms`;
    },
  },
  {
    command: ['stall', 'router->b', 'afterBytes=2000'],
    seen: /1 of 1 links silent after 2000 bytes/,
    predicted: 'cell',
    during: async (caller) => {
      const answers: (number | null)[] = [];
      // Some are answered, until one is cut off in the middle of its answer, or before it.
      const isSilent = () => answers.some((status) => status !== 200);
      for (let tries = 0; tries < 12 && !isSilent(); tries++) answers.push((await caller.get()).status);
      return answers[0] === 200 && isSilent() ? null : `nothing went silent: ${answers.join(', ')}`;
    },
  },
  {
    command: ['slow-close', 'router->b', 'delay=500ms'],
    seen: /1 of 1 links heard to close 500 ms late/,
    predicted: 'none',
  },
  {
    command: ['error-answers', 'b', 'share=100%'],
    seen: /1 of 1 part answering 500 to 100 %/,
    predicted: 'cell',
    during: async (caller) => {
      const { status, body } = await caller.put('never seen');
      const { type } = body as { type?: string };
      if (status !== 500 || type !== 'urn:petri:error-answer') return `it was answered ${status} ${type}`;
      // The fault outlives the part: whoever takes its place is under it too.
      await caller.arena.box.run('kill', 'b/alb');
      const again = async () => (await caller.get()).status === 500;
      return eventually('the new load balancer answers 500', again).then(
        () => null,
        (error: Error) => error.message,
      );
    },
  },
  {
    command: ['disk-full', 'b/aurora'],
    seen: /1 of 1 volume full/,
    predicted: 'cell',
    during: async (caller) => {
      const before = await writesAreRefused(caller);
      if (before !== null) return before;
      // Whoever takes the volume over has no more room on it.
      await caller.arena.box.run('kill', 'b/aurora/writer');
      const saysFull = async () => /full/.test((await caller.put('refused')).detail);
      return eventually('the new writer says that its volume is full', saysFull).then(
        () => null,
        (error: Error) => error.message,
      );
    },
  },
  {
    command: ['slow-disk', 'b/aurora', 'delay=600ms'],
    seen: /1 of 1 volume slower by 600 ms/,
    predicted: 'cell',
    during: async (caller) => {
      const [write, read] = await Promise.all([caller.put('late'), caller.get()]);
      const isSo = write.status === 200 && write.tookMs >= 600 && read.status === 200 && read.tookMs < 500;
      return isSo ? null : `a write took ${Math.round(write.tookMs)} ms, a read ${Math.round(read.tookMs)} ms`;
    },
  },
  {
    command: ['read-only', 'b'],
    seen: /3 of 3 volumes read-only/,
    predicted: 'cell',
    during: writesAreRefused,
  },
  {
    command: ['read-only', 'map'],
    seen: /1 of 1 volume read-only/,
    predicted: 'none',
    during: async ({ arena, get }) => {
      const { code } = await arena.box.run('tenant', 'add', 'newcomer');
      const { status } = await get();
      return code !== 0 && status === 200 ? null : `adding a tenant ended with ${code}, a read with ${status}`;
    },
  },
  { command: ['disk-full', 'b/worker/1'], seen: /1 of 1 volume full/, predicted: 'none' },
  { command: ['clock-skewed', 'b', 'by=5m'], seen: /([67]) of \1 parts 300000 ms off/, predicted: 'none' },
  {
    command: ['clock-skewed', 'b/worker/1', 'by=1h', 'direction=behind'],
    seen: /1 of 1 part -3600000 ms off/,
    predicted: 'none',
  },
  {
    command: ['queue-engine-stalled', 'b/sqs'],
    seen: /1 of 1 part frozen/,
    predicted: 'none',
    during: jobsWait,
    after: jobsEnd,
  },
  {
    command: ['storage-wiped', 'b/sqs'],
    seen: /\d+ files are gone for good/,
    predicted: 'none',
    after: async (caller) => (await jobsWait(caller), jobsEnd(caller)),
  },
  {
    command: ['storage-wiped', 'b/aurora'],
    seen: /[1-9]\d* files are gone for good/,
    predicted: 'cell',
    after: async (caller) => {
      const [lost, kept] = [await caller.get(caller.own, 'large'), await caller.get(caller.stranger)];
      return lost.status === 404 && kept.status === 200 ? null : `read ${lost.status} in b, ${kept.status} in a`;
    },
  },
];

/** Does it, looks at it, heals it, and sees that all is as before. Returns what was wrong. */
export async function playFaultEffect(caller: Caller, effect: FaultEffect): Promise<readonly string[]> {
  const { box, tenantsOf } = caller.arena;
  const problems: string[] = [];
  const tell = (problem: string | null) => void (problem !== null && problems.push(problem));
  for (const tenant of [caller.own, caller.stranger]) await caller.put('before', tenant);
  await caller.put('x'.repeat(8000), caller.own, 'large');
  const fault = await box.json<FaultStatus>('fault', ...effect.command);
  if (!effect.seen.test(fault.seen ?? '')) problems.push(`its probe said: ${fault.seen}`);
  tell((await effect.during?.(caller)) ?? null);
  for (const answer of [await caller.get(caller.stranger), await caller.put('beside', caller.stranger)]) {
    if (answer.status !== 200) problems.push(`a tenant of cell a was answered ${answer.status}`);
  }
  await box.run('heal', '--all');
  const closed = async () => {
    const { blastRadius, faults, cells } = await box.status();
    const isOver = faults.every(({ state }) => state === 'gone') && blastRadius?.untilMs !== null;
    return isOver && cells.every(({ health }) => health !== 'down') ? blastRadius : null;
  };
  const entry = await eventually('it is over', closed, 30_000, 200);
  const predicted = effect.predicted === 'cell' ? [...(tenantsOf['b'] ?? [])].sort() : [];
  if (entry.fault !== fault.id) problems.push(`no entry of the ledger is about ${fault.id}`);
  if (entry.predicted.join() !== predicted.join()) problems.push(`predicted ${entry.predicted.length} tenants`);
  if (entry.leaks.length > 0) problems.push(`it leaked to ${entry.leaks.join(', ')}`);
  const works = async () => (await caller.put('after')).status === 200 && (await caller.get()).status === 200;
  await eventually('writes of b work again', works, 10_000, 100).catch((error: Error) => tell(error.message));
  tell((await effect.after?.(caller)) ?? null);
  return problems;
}
