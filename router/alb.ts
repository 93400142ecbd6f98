import type { Endpoint } from '../cells/runtime/part-config.ts';
import type { DecidingContext, RunningPart } from '../cells/runtime/part.ts';
import { BalancedRequest } from './balanced-request.ts';
import type { AlbSettings } from './contract.ts';
import type { AlbDecisions } from './decisions.ts';
import { firstHeader } from './http/header-lines.ts';
import { innerLimits } from './http/limits.ts';
import { HttpListener } from './http/listener.ts';
import { problem, type WholeAnswer } from './http/problem.ts';
import type { HttpHandler, HttpRequest, RefusedBytes, RequestOwner } from './http/request.ts';
import { isDrawn, ownAnswer, type OwnAnswers } from './own-answer.ts';
import { TaskUpstream } from './task-upstream.ts';

/** A cell's load balancer: least outstanding requests over its healthy web tasks. */
export class Alb implements HttpHandler {
  readonly settings: AlbSettings;
  readonly cell: string;
  readonly decisions: AlbDecisions;
  readonly #ownAnswers: () => OwnAnswers | null;
  readonly #tasks = new Map<string, TaskUpstream>();
  #list: readonly TaskUpstream[] = [];
  #turn = 0;

  /** `ownAnswers`: what it says in place of its tasks now; null: nothing. */
  constructor(settings: AlbSettings, cell: string, decisions: AlbDecisions, ownAnswers: () => OwnAnswers | null) {
    this.decisions = decisions;
    this.#ownAnswers = ownAnswers;
    this.settings = settings;
    this.cell = cell;
    this.setTargets(settings.targets);
  }

  onRequest(request: HttpRequest): RequestOwner | null {
    if (request.head.target === '/health') {
      request.to.answer(this.#health());
      return null;
    }
    const own = this.#ownAnswers();
    if (own && this.#answersItself(own, request)) return null;
    return new BalancedRequest(this, request).start();
  }

  onRefused({ status, reason }: RefusedBytes): WholeAnswer {
    const detail = `The load balancer does not take this request: ${reason.replaceAll('-', ' ')}.`;
    return problem({ status, reason, detail, headerLines: `x-cell-id: ${this.cell}\r\n` });
  }

  pick(except: TaskUpstream | null): TaskUpstream | null {
    return this.decisions.pickTask(this.#list, this.#turn++, except);
  }

  /** Learns its tasks anew; one that did not change keeps its sockets and its health. */
  setTargets(targets: Readonly<Record<string, Endpoint>>): void {
    for (const [name, task] of this.#tasks) {
      const now = targets[name];
      if (now && now.host === task.endpoint.host && now.port === task.endpoint.port) continue;
      task.close();
      this.#tasks.delete(name);
    }
    for (const [name, endpoint] of Object.entries(targets)) {
      if (this.#tasks.has(name)) continue;
      this.#tasks.set(name, new TaskUpstream(name, endpoint, this.decisions.observe, this.settings.foreign));
    }
    this.#list = [...this.#tasks.values()];
  }

  status(): { readonly targets: Record<string, { readonly healthy: boolean; readonly inFlight: number }> } {
    const targets: Record<string, { healthy: boolean; inFlight: number }> = {};
    for (const { name, healthy, inFlight } of this.#list) targets[name] = { healthy, inFlight };
    return { targets };
  }

  close(): void {
    for (const task of this.#list) task.close();
  }

  #answersItself({ share, status }: OwnAnswers, { head, to }: HttpRequest): boolean {
    const id = firstHeader(head.headers, 'x-request-id') ?? String(this.#turn++);
    if (!isDrawn(id, share)) return false;
    const epoch = firstHeader(head.headers, 'x-cell-epoch');
    const lines = [
      `x-cell-id: ${this.cell}`,
      `x-request-id: ${id}`,
      ...(epoch === null ? [] : [`x-cell-epoch: ${epoch}`]),
    ];
    to.answer(ownAnswer(status, lines.map((line) => `${line}\r\n`).join('')));
    return true;
  }

  /** Its own answer, for the router's probes: whether a request would find a task. */
  #health(): WholeAnswer {
    const healthy = this.#list.filter((task) => task.healthy).length;
    const status = healthy > 0 ? 200 : 503;
    const words = healthy > 0 ? 'OK' : 'Service Unavailable\r\nretry-after: 1';
    const head = `HTTP/1.1 ${status} ${words}\r\ncontent-type: application/json\r\nx-cell-id: ${this.cell}\r\n`;
    return { status, head, body: Buffer.from(JSON.stringify({ healthy, targets: this.#list.length })) };
  }
}

/** Starts an ALB from its config. Resolves once it listens; whether its tasks are there is for `/health` to say. */
export async function serveAlb({
  config,
  runtime,
  decisions,
}: Omit<DecidingContext<AlbSettings, AlbDecisions>, 'events'>): Promise<
  RunningPart & { readonly alb: Alb; readonly at: Endpoint }
> {
  if (!config.listen) throw new Error('an ALB needs an address to listen on');
  const alb = new Alb(config.settings, config.cell ?? '', decisions, () => runtime.conditions.now.answers);
  const admin = config.admin
    ? await runtime.serve({
        listen: config.admin,
        token: config.token,
        handlers: {
          status: () => alb.status(),
          'targets.set': ({ targets }: Pick<AlbSettings, 'targets'>) => alb.setTargets(targets),
        },
      })
    : null;
  const listener = new HttpListener(alb, innerLimits);
  const at = await listener.listen(config.listen);
  return {
    alb,
    at,
    async stop() {
      await listener.close(config.settings.requestTimeoutMs);
      alb.close();
      await admin?.close();
    },
  };
}
