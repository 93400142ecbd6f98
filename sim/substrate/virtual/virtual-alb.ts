import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { DecidingContext, RunningPart } from '../../../cells/runtime/part.ts';
import type { Time } from '../../../cells/runtime/time.ts';
import type { TaskView } from '../../../router/balance.ts';
import type { AlbSettings } from '../../../router/contract.ts';
import type { AlbDecisions } from '../../../router/decisions.ts';
import type { NextStep } from '../../../router/forwarding.ts';
import { taskRules } from '../../../router/health.ts';
import { isDrawn } from '../../../router/own-answer.ts';
import type { Life } from './life.ts';
import { HttpPool, serveHttp, type Asked, type Exchange, type ExchangeFailure, type Told } from './virtual-http.ts';
import { VirtualProber } from './virtual-prober.ts';
import type { Network } from './wire.ts';

interface Own {
  readonly network: Network;
  readonly life: Life;
  readonly time: Time;
  readonly decisions: AlbDecisions;
}

/** One web task behind a virtual load balancer. */
class Task implements TaskView {
  readonly pool: HttpPool;
  readonly #prober: VirtualProber;
  inFlight = 0;

  constructor({ network, life, time, decisions: { observe } }: Own, endpoint: Endpoint) {
    this.#prober = new VirtualProber({
      ...{ network, life, time, endpoint, path: '/ready', rules: taskRules, observe },
      onChange: () => {},
    });
    this.pool = new HttpPool(network, life, endpoint, () => this.#prober.suspect());
  }

  get healthy(): boolean {
    return this.#prober.health === 'serving';
  }

  heard(): void {
    this.#prober.heard();
  }

  broke(reason: string): void {
    this.#prober.broke(reason);
  }

  close(): void {
    this.#prober.close();
    this.pool.close();
  }
}

/** A cell's load balancer in virtual time: the real choice of tasks, over virtual requests. */
class VirtualAlb {
  readonly own: Own;
  readonly settings: AlbSettings;
  readonly cell: string;
  readonly #tasks = new Map<string, { readonly endpoint: Endpoint; readonly task: Task }>();
  #turn = 0;

  constructor(own: Own, settings: AlbSettings, cell: string) {
    this.own = own;
    this.settings = settings;
    this.cell = cell;
    this.setTargets(settings.targets);
  }

  get tasks(): readonly Task[] {
    return [...this.#tasks.values()].map(({ task }) => task);
  }

  pick(except: Task | null): Task | null {
    return this.own.decisions.pickTask(this.tasks, this.#turn++, except);
  }

  setTargets(targets: Readonly<Record<string, Endpoint>>): void {
    for (const [name, { task }] of this.#tasks) {
      if (targets[name]) continue;
      task.close();
      this.#tasks.delete(name);
    }
    for (const [name, endpoint] of Object.entries(targets))
      if (!this.#tasks.has(name)) this.#tasks.set(name, { endpoint, task: new Task(this.own, endpoint) });
  }

  get hasHealthy(): boolean {
    for (const { task } of this.#tasks.values()) if (task.healthy) return true;
    return false;
  }

  health(): Told {
    const healthy = this.tasks.filter((task) => task.healthy).length;
    const headers = { 'x-cell-id': this.cell };
    return { status: healthy > 0 ? 200 : 503, headers, body: { healthy, targets: this.#tasks.size } };
  }

  status() {
    const targets = [...this.#tasks].map(([name, { task }]) => [
      name,
      { healthy: task.healthy, inFlight: task.inFlight },
    ]);
    return { targets: Object.fromEntries(targets) as Record<string, { healthy: boolean; inFlight: number }> };
  }

  close(): void {
    for (const task of this.tasks) task.close();
  }
}

/** One request through a virtual load balancer: the same turns as in `router/balanced-request.ts`. */
class Balanced {
  readonly #alb: VirtualAlb;
  readonly #asked: Asked;
  readonly #tell: (told: Told) => void;
  readonly #deadline;
  #task: Task | null = null;
  #exchange: Exchange | null = null;
  #tries = 0;

  constructor(alb: VirtualAlb, asked: Asked, tell: (told: Told) => void) {
    this.#alb = alb;
    this.#asked = asked;
    this.#tell = tell;
    this.#deadline = alb.own.time.after(alb.settings.requestTimeoutMs, () => this.#late());
  }

  send(except: Task | null): void {
    const task = this.#alb.pick(except);
    if (!task) return this.#refuse(503, 'no-healthy-task');
    this.#tries++;
    this.#task = task;
    task.inFlight++;
    this.#exchange = task.pool.ask(
      this.#asked,
      (told) => {
        task.heard();
        this.#end(told);
      },
      (failure) => this.#failed(task, failure),
    );
  }

  #failed(task: Task, failure: ExchangeFailure): void {
    const unsent = failure === 'unsent';
    task.broke(unsent ? 'refused' : 'reset');
    const { method } = this.#asked;
    this.#goOn(this.#alb.own.decisions.afterBroken({ method, unsent, started: false, tries: this.#tries }));
  }

  #late(): void {
    const unsent = !this.#exchange?.written;
    this.#exchange?.discard();
    const { requestTimeoutMs: waitedMs } = this.#alb.settings;
    this.#goOn(this.#alb.own.decisions.afterLate({ unsent, started: false, waitedMs }));
  }

  #goOn(step: NextStep<'another-task'>): void {
    switch (step.kind) {
      case 'again': {
        const failed = this.#task;
        if (failed) failed.inFlight--;
        this.#task = null;
        return this.send(failed);
      }
      case 'cut-off':
        throw new Error('an answer in virtual time comes in one piece');
      case 'answer':
        return this.#refuse(step.status, step.reason);
    }
  }

  #refuse(status: number, reason: string): void {
    const headers: Record<string, string> = { 'x-cell-id': this.#alb.cell };
    const epoch = this.#asked.headers['x-cell-epoch'];
    if (epoch !== undefined) headers['x-cell-epoch'] = epoch;
    if (status === 503) headers['retry-after'] = '1';
    this.#end({ status, headers, body: { type: `urn:petri:${reason}`, status } });
  }

  #end(told: Told): void {
    this.#deadline.cancel();
    if (this.#task) this.#task.inFlight--;
    this.#task = null;
    this.#tell(told);
  }
}

/** Starts a load balancer in virtual time. */
export async function startVirtualAlb(
  { config, runtime, decisions }: DecidingContext<AlbSettings, AlbDecisions>,
  { network, life }: Pick<Own, 'network' | 'life'>,
): Promise<RunningPart> {
  if (!config.listen) throw new Error('an ALB needs an address to listen on');
  const alb = new VirtualAlb({ network, life, time: runtime.time, decisions }, config.settings, config.cell ?? '');
  if (config.admin)
    await runtime.serve({
      listen: config.admin,
      token: config.token,
      handlers: {
        status: () => alb.status(),
        'targets.set': ({ targets }: Pick<AlbSettings, 'targets'>) => alb.setTargets(targets),
      },
    });
  const forget = serveHttp(
    network,
    life,
    config.listen,
    (asked, tell) => {
      if (asked.path === '/health') return tell(alb.health());
      const { answers } = runtime.conditions.now;
      const id = asked.headers['x-request-id'] ?? '';
      if (answers && isDrawn(id, answers.share)) return tell(inPlace(alb.cell, asked, answers.status));
      new Balanced(alb, asked, tell).send(null);
    },
    () => alb.hasHealthy,
  );
  return {
    stop() {
      forget();
      alb.close();
    },
  };
}

function inPlace(cell: string, asked: Asked, status: number): Told {
  const headers: Record<string, string> = { 'x-cell-id': cell };
  const epoch = asked.headers['x-cell-epoch'];
  if (epoch !== undefined) headers['x-cell-epoch'] = epoch;
  if (status === 503) headers['retry-after'] = '1';
  return { status, headers, body: { type: 'urn:petri:error-answer', status } };
}
