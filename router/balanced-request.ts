import type { Alb } from './alb.ts';
import type { NextStep } from './forwarding.ts';
import { innerHeaders } from './http/forwarded-headers.ts';
import { firstHeader } from './http/header-lines.ts';
import { passHead, passWhole, requestBytes } from './http/pass-answer.ts';
import { problem } from './http/problem.ts';
import type { HttpRequest, RequestOwner } from './http/request.ts';
import type { ResponseHead } from './http/response-head.ts';
import type { UpstreamFailure, UpstreamListener, UpstreamSocket } from './http/upstream-socket.ts';
import type { TaskUpstream } from './task-upstream.ts';

const answerMsMax = 10_000;

/** One request on its way through an ALB: to the task with the least to do, once more to another where that is safe. */
export class BalancedRequest implements RequestOwner, UpstreamListener {
  readonly #alb: Alb;
  readonly #request: HttpRequest;
  #task: TaskUpstream | null = null;
  #socket: UpstreamSocket | null = null;
  #tries = 0;
  #started = false;
  #ended = false;

  constructor(alb: Alb, request: HttpRequest) {
    this.#alb = alb;
    this.#request = request;
  }

  start(): RequestOwner | null {
    this.#request.to.setDeadline(this.#alb.settings.requestTimeoutMs);
    this.#send(null);
    return this.#ended ? null : this;
  }

  onWhole(head: ResponseHead, body: Buffer): void {
    this.#task!.heard();
    passWhole(this.#request, head, body, this.#answerLines());
    this.#end();
  }

  onHead(head: ResponseHead): void {
    this.#started = true;
    this.#request.to.setDeadline(answerMsMax);
    passHead(this.#request, head, this.#answerLines());
  }

  onBody(piece: Buffer): void {
    if (!this.#request.to.writeBody(piece)) this.#socket?.pause();
  }

  onEnd(): void {
    this.#task!.heard();
    this.#request.to.endAnswer();
    this.#end();
  }

  onFailure(failure: UpstreamFailure): void {
    const unsent = failure.kind === 'unsent';
    this.#task!.broke(unsent ? 'refused' : 'reset');
    const { method } = this.#request.head;
    this.#goOn(this.#alb.decisions.afterBroken({ method, unsent, started: this.#started, tries: this.#tries }));
  }

  onGone(): void {
    this.#dropSocket();
    this.#end();
  }

  onDeadline(): void {
    const unsent = !this.#socket?.written;
    this.#dropSocket();
    const { requestTimeoutMs: waitedMs } = this.#alb.settings;
    this.#goOn(this.#alb.decisions.afterLate({ unsent, started: this.#started, waitedMs }));
  }

  onDrain(): void {
    this.#socket?.resume();
  }

  #goOn(step: NextStep<'another-task'>): void {
    switch (step.kind) {
      case 'again': {
        const failed = this.#task;
        this.#leave();
        return this.#send(failed);
      }
      case 'cut-off':
        this.#request.to.abort();
        return this.#end();
      case 'answer':
        return this.#refuse(step.status, step.reason, step.detail);
    }
  }

  #send(except: TaskUpstream | null): void {
    const task = this.#alb.pick(except);
    if (!task) return this.#refuse(503, 'no-healthy-task', 'This cell has no healthy web task.');
    const { head } = this.#request;
    const bytes = requestBytes(this.#request, head.target, innerHeaders(head.headers, head.connectionNames));
    const socket = task.pool.send(bytes, head.method, this);
    if (!socket) return this.#refuse(503, 'pool-full', 'Every connection to the web task is in use.');
    this.#tries++;
    this.#task = task;
    this.#socket = socket;
    task.inFlight++;
  }

  /** 503 always says when to try again: it was never handed over, or had no effect. */
  #refuse(status: 502 | 503 | 504, reason: string, detail: string): void {
    const retry = status === 503 ? 'retry-after: 1\r\n' : '';
    const headerLines = `${this.#cellLines()}${retry}${this.#ownLines()}`;
    this.#request.to.answer(problem({ status, reason, detail, headerLines }));
    this.#end();
  }

  #ownLines(): string {
    const id = firstHeader(this.#request.head.headers, 'x-request-id');
    return id === null ? '' : `x-request-id: ${id}\r\n`;
  }

  /** Petri's own tasks say themselves which cell and epoch an answer is of. */
  #answerLines(): string {
    return this.#alb.settings.foreign === undefined ? this.#ownLines() : `${this.#cellLines()}${this.#ownLines()}`;
  }

  #cellLines(): string {
    const epoch = firstHeader(this.#request.head.headers, 'x-cell-epoch');
    return `x-cell-id: ${this.#alb.cell}\r\n${epoch === null ? '' : `x-cell-epoch: ${epoch}\r\n`}`;
  }

  #dropSocket(): void {
    if (this.#socket) this.#task!.pool.discard(this.#socket);
  }

  #leave(): void {
    if (this.#task) this.#task.inFlight--;
    this.#task = null;
    this.#socket = null;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#leave();
  }
}
