import type { CellUpstream } from './cell-upstream.ts';
import type { NextStep } from './forwarding.ts';
import { edgeHeaders } from './http/forwarded-headers.ts';
import { firstHeader } from './http/header-lines.ts';
import { passHead, passWhole, requestBytes } from './http/pass-answer.ts';
import { problem } from './http/problem.ts';
import type { HttpRequest, RequestOwner } from './http/request.ts';
import type { ResponseHead } from './http/response-head.ts';
import type { UpstreamFailure, UpstreamListener, UpstreamSocket } from './http/upstream-socket.ts';
import { recordAnswered, saidBy } from './recorder.ts';
import { nextRequestId } from './request-id.ts';
import { refusalSentence, type RouteDecision } from './route.ts';
import type { Router } from './router.ts';
import { tenantOf } from './tenant.ts';

/** After its head, an answer may take this long to be whole. */
const answerMsMax = 10_000;

/** An answer of 421 is kept while a fresh map is read, up to this size. */
const staleAnswerBytesMax = 16 * 1024;

interface RefusalWords {
  readonly status: number;
  readonly reason: string;
  readonly detail: string;
  readonly retryAfterS?: number | null;
}

/** One request on its way through the router: to the cell that the map names, and its answer back. */
export class ProxiedRequest implements RequestOwner, UpstreamListener {
  readonly #router: Router;
  readonly #request: HttpRequest;
  readonly #id = nextRequestId();
  #tenant: string | null = null;
  #target: string;
  #cell: CellUpstream | null = null;
  #cellId: string | null = null;
  #epoch: number | null = null;
  #socket: UpstreamSocket | null = null;
  #answer: ResponseHead | null = null;
  #handed = false;
  #resent = false;
  #triedAgain = false;
  #started = false;
  #ended = false;
  #stale: { readonly head: ResponseHead; body: Buffer } | null = null;

  constructor(router: Router, request: HttpRequest) {
    this.#router = router;
    this.#request = request;
    this.#target = request.head.target;
  }

  start(): RequestOwner | null {
    const who = tenantOf(this.#request.head, this.#router.settings.tenantFrom);
    if (!who.ok) {
      this.#refuse({
        status: 400,
        reason: who.reason,
        detail: 'A request names its tenant exactly once: [a-z0-9][a-z0-9-]{0,62}.',
      });
      return null;
    }
    this.#tenant = who.tenant;
    this.#target = who.target;
    const decision = this.#router.decide(who.tenant);
    if (decision.kind === 'refuse') {
      this.#refuseRoute(decision);
      return null;
    }
    this.#request.to.setDeadline(this.#router.settings.requestTimeoutMs);
    this.#forward(decision);
    return this.#ended ? null : this;
  }

  onWhole(head: ResponseHead, body: Buffer): void {
    if (head.status === 421 && !this.#resent && body.length <= staleAnswerBytesMax) {
      this.#heard();
      return void this.#sendAgain(head, Buffer.from(body));
    }
    this.#answer = head;
    this.#heard();
    passWhole(this.#request, head, body, this.#ownLines());
    this.#end(head.status, null);
  }

  onHead(head: ResponseHead): void {
    if (head.status === 421 && !this.#resent) {
      this.#stale = { head, body: Buffer.alloc(0) };
      return;
    }
    this.#answer = head;
    this.#handed = true;
    this.#started = true;
    this.#request.to.setDeadline(answerMsMax);
    passHead(this.#request, head, this.#ownLines());
  }

  onBody(piece: Buffer): void {
    if (this.#stale) {
      if (this.#stale.body.length + piece.length <= staleAnswerBytesMax) {
        this.#stale.body = Buffer.concat([this.#stale.body, piece]);
      }
    } else if (!this.#request.to.writeBody(piece)) this.#socket?.pause();
  }

  onEnd(): void {
    this.#heard();
    const stale = this.#stale;
    if (stale) {
      this.#stale = null;
      return void this.#sendAgain(stale.head, stale.body);
    }
    this.#request.to.endAnswer();
    this.#end(this.#answer!.status, null);
  }

  onFailure(failure: UpstreamFailure): void {
    const cell = this.#cell!;
    const written = failure.kind !== 'unsent';
    cell.broke(written ? 'reset' : 'refused');
    this.#handed ||= written;
    this.#goOn(
      this.#router.decisions.afterBroken({
        method: this.#request.head.method,
        cell: cell.id,
        health: cell.health,
        unsent: !this.#handed,
        started: this.#started,
        triedAgain: this.#triedAgain,
      }),
    );
  }

  onGone(): void {
    this.#dropSocket();
    this.#end(499, 'client-gone');
  }

  onDeadline(): void {
    const handed = this.#handed || (this.#socket?.written ?? false);
    this.#dropSocket();
    this.#handed = handed;
    this.#goOn(
      this.#router.decisions.afterLate({
        method: this.#request.head.method,
        cell: this.#cellId,
        unsent: !handed,
        started: this.#started,
        waitedMs: this.#router.settings.requestTimeoutMs,
      }),
    );
  }

  onDrain(): void {
    this.#socket?.resume();
  }

  #goOn(step: NextStep<string>): void {
    switch (step.kind) {
      case 'again': {
        this.#triedAgain = true;
        this.#leave();
        this.#cellId = step.to;
        const cell = this.#router.cell(step.to);
        if (cell) return this.#sendTo(cell);
        const detail = `This router has no way to cell ${step.to}.`;
        return this.#refuse({ status: 503, reason: 'unknown-cell', detail, retryAfterS: 1 });
      }
      case 'cut-off':
        this.#request.to.abort();
        return this.#end(502, 'answer-cut-off');
      case 'answer':
        return this.#refuse(step);
    }
  }

  #forward(decision: RouteDecision & { readonly kind: 'forward' }): void {
    this.#cellId = decision.cell;
    this.#epoch = decision.epoch;
    this.#sendTo(this.#router.cell(decision.cell)!);
  }

  #sendTo(cell: CellUpstream): void {
    const { head } = this.#request;
    const lines =
      edgeHeaders(head.headers, head.connectionNames) +
      `x-tenant-id: ${this.#tenant}\r\nx-cell-id: ${cell.id}\r\nx-cell-epoch: ${this.#epoch}\r\nx-request-id: ${this.#id}\r\n`;
    const socket = cell.pool.send(requestBytes(this.#request, this.#target, lines), head.method, this);
    if (socket === null) {
      const detail = `Every connection to cell ${cell.id} is in use.`;
      return this.#refuse({ status: 503, reason: 'pool-full', detail, retryAfterS: 1 });
    }
    this.#cell = cell;
    this.#socket = socket;
    cell.inFlight++;
    this.#router.countInFlight(this.#tenant!, 1);
  }

  /** After a 421: the map has moved on. What becomes of the request is for a fresh one to say. */
  async #sendAgain(head: ResponseHead, body: Buffer): Promise<void> {
    this.#leave();
    this.#resent = true;
    const before = { cell: this.#cellId, epoch: this.#epoch };
    await this.#router.map.pull().catch(() => null);
    if (this.#ended) return;
    const decision = this.#router.decide(this.#tenant!);
    const next = this.#router.decisions.afterStale(before, decision);
    if (next !== 'pass') this.#handed = false; // A 421 surely had no effect.
    if (next === 'again' && decision.kind === 'forward') return this.#forward(decision);
    this.#resent = false;
    if (next === 'refuse' && decision.kind === 'refuse') return this.#refuseRoute(decision);
    this.#answer = head;
    passWhole(this.#request, head, body, this.#ownLines());
    this.#end(head.status, 'stale-route');
  }

  #refuseRoute(decision: RouteDecision & { readonly kind: 'refuse' }): void {
    this.#cellId = decision.cell;
    this.#epoch = decision.epoch;
    const detail = refusalSentence(decision, this.#tenant!);
    this.#refuse({ status: decision.status, reason: decision.reason, detail, retryAfterS: decision.retryAfterS });
  }

  #refuse(words: RefusalWords): void {
    const { status, reason, detail, retryAfterS } = words;
    const cell = this.#cellId === null ? '' : `x-cell-id: ${this.#cellId}\r\nx-cell-epoch: ${this.#epoch}\r\n`;
    const retry = retryAfterS ? `retry-after: ${retryAfterS}\r\n` : '';
    this.#request.to.answer(problem({ status, reason, detail, headerLines: `${cell}${retry}${this.#ownLines()}` }));
    this.#end(status, reason);
  }

  #ownLines(): string {
    return `x-request-id: ${this.#id}\r\n`;
  }

  #heard(): void {
    this.#handed = true;
    this.#cell!.heard();
  }

  #leave(): void {
    if (this.#cell) {
      this.#cell.inFlight--;
      this.#router.countInFlight(this.#tenant!, -1);
    }
    this.#cell = null;
    this.#socket = null;
  }

  #dropSocket(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#handed ||= socket.written;
    this.#cell!.pool.discard(socket);
  }

  #end(status: number, reason: string | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#leave();
    const answer = this.#answer;
    recordAnswered(this.#router.events, {
      request: this.#id,
      tenant: this.#tenant,
      method: this.#request.head.method,
      path: this.#request.head.target,
      key: firstHeader(this.#request.head.headers, 'idempotency-key'),
      cell: this.#cellId,
      epoch: this.#epoch,
      status,
      handed: this.#handed,
      resent: this.#resent,
      sentT: this.#request.sentT,
      reason,
      answer: answer && saidBy(answer),
    });
  }
}
