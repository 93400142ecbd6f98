import type { ControlDecisions } from '../decisions.ts';
import { mapTables } from '../../../cells/dynamodb/contract.ts';
import { RpcError } from '../../../cells/protocol/rpc-error.ts';
import { givenUp, lastStep, mayBeUndone, nextMove, readMove, type Move, type StepEnd } from './move.ts';
import type { MovePorts } from './ports.ts';
import { progressWrites, routersMustKnow } from './progress.ts';
import { stepEvents } from './steps.ts';

/** A tenant that is not at its new home by then stays at its old one, in milliseconds. */
const flipWithinMs = 6000;
const retryMsMin = 10;
const retryMsMax = 250;

export type MoveEnd =
  | { readonly kind: 'moved'; readonly move: Move; readonly blockedMs: number | null }
  /** `epoch`: the one under which it lives where it lived before. */
  | {
      readonly kind: 'rolled-back';
      readonly move: Move;
      readonly reason: string;
      readonly epoch: number;
      readonly blockedMs: number | null;
    }
  /** Another life of control carries it on, or this one ends. */
  | { readonly kind: 'left'; readonly move: Move };

export interface Begun {
  /** Resolves once the tenant is served in its new home, or with the end where it never is. */
  readonly home: Promise<MoveEnd>;
  readonly ended: Promise<MoveEnd>;
}

type MoverDecisions = Pick<ControlDecisions, 'beginWrites' | 'takesOver' | 'moveSteps'>;

export interface MoverOptions {
  readonly ports: MovePorts;
  readonly decisions: MoverDecisions;
}

/**
 * Carries moves from step to step. All that a move has come to is in the books: a mover that dies anywhere leaves nothing that the
 * next one cannot carry on, and of two movers of one tenant the books let only one go on.
 */
export class Mover {
  readonly #ports: MovePorts;
  readonly #decisions: MoverDecisions;
  readonly #id: string;
  readonly #driven = new Map<string, Promise<MoveEnd>>();
  readonly #quiescedMs = new Map<string, number>();
  #seen = new Map<string, { readonly text: string; readonly sinceMs: number }>();
  #fresh = true;
  #closed = false;

  constructor({ ports, decisions }: MoverOptions) {
    this.#ports = ports;
    this.#decisions = decisions;
    this.#id = ports.newId();
  }

  /** Every move that has not ended, by whomever it is carried on. */
  async moves(): Promise<readonly Move[]> {
    const rows = await this.#ports.books.scan(mapTables.moves);
    return rows.flatMap(({ key, item }) => readMove(key, item) ?? []);
  }

  /** Writes a move into the books and carries it on. Rejects `usage` where the tenant is on its way already, `unavailable` where the map changed. */
  async begin(order: Omit<Move, 'id' | 'mover' | 'step' | 'failed'>): Promise<Begun> {
    const { books, newId, events } = this.#ports;
    const move: Move = { ...order, id: newId(), mover: this.#id, step: 'quiesce', failed: null };
    const result = await books.write(this.#decisions.beginWrites(move));
    if (!result.ok && result.failed === 0) {
      const other = readMove(move.tenant, result.current);
      const where = other ? ` from ${other.from} to ${other.to} (${other.step})` : '';
      throw new RpcError('usage', `${move.tenant} is in the middle of a move${where}: petri why ${move.tenant} tells`);
    }
    if (!result.ok) throw new RpcError('unavailable', `the entry of ${move.tenant} changed just now: repeat it`);
    events.record('move.begun', factsOf(move));
    const home = Promise.withResolvers<MoveEnd>();
    const ended = this.#drive(move, home.resolve);
    void ended.then(home.resolve, home.reject);
    home.promise.catch(() => {});
    return { home: home.promise, ended };
  }

  /** Carries on what nobody does: what a control that died left, and what this one gave up on for the moment. */
  async tick(): Promise<void> {
    const moves = await this.moves();
    const nowMs = this.#ports.nowMs();
    const seen = new Map<string, { readonly text: string; readonly sinceMs: number }>();
    for (const move of moves) {
      const text = JSON.stringify(move);
      const before = this.#seen.get(move.tenant);
      seen.set(move.tenant, before?.text === text ? before : { text, sinceMs: nowMs });
    }
    this.#seen = seen;
    const fresh = this.#fresh;
    this.#fresh = false;
    await Promise.all(
      moves.map(async (move) => {
        if (this.#driven.has(move.tenant) || this.#closed) return;
        const stillForMs = nowMs - (seen.get(move.tenant)?.sinceMs ?? nowMs);
        if (move.mover === this.#id) void this.#drive(move);
        else if (this.#decisions.takesOver(fresh, stillForMs)) await this.#takeOver(move);
      }),
    );
  }

  /** Stops at the next step; what is in the books stays there. */
  close(): void {
    this.#closed = true;
  }

  async #takeOver(move: Move): Promise<void> {
    const mine: Move = { ...move, mover: this.#id };
    const result = await this.#ports.books.write(progressWrites(move, mine, undefined));
    if (!result.ok || this.#driven.has(move.tenant)) return;
    // What was done last may have been done without a word.
    const last = lastStep(move);
    const kind = last ? stepEvents[last] : move.step === 'quiesce' ? 'move.begun' : null;
    if (kind) this.#ports.events.record(kind, { ...factsOf(mine), ...reasonOf(mine), repeated: true });
    void this.#drive(mine);
  }

  #drive(move: Move, onHome: (end: MoveEnd) => void = () => {}): Promise<MoveEnd> {
    const driven = this.#carryOn(move, onHome).finally(() => {
      this.#driven.delete(move.tenant);
      this.#quiescedMs.delete(move.tenant);
    });
    this.#driven.set(move.tenant, driven);
    // Whoever asked may have gone. Only a bug comes here: the next tick tries again.
    driven.catch((error: unknown) => {
      const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#ports.events.record('move.bug', { ...factsOf(move), message });
    });
    return driven;
  }

  async #carryOn(begun: Move, onHome: (end: MoveEnd) => void): Promise<MoveEnd> {
    const { nowMs, wait } = this.#ports;
    const givesUpMs = nowMs() + flipWithinMs;
    let move = begun;
    let blockedMs: number | null = null;
    for (let waitMs = retryMsMin; !this.#closed;) {
      try {
        const { moveSteps } = this.#decisions;
        const end: StepEnd = move.step === 'ended' ? { kind: 'done' } : await moveSteps[move.step](move, this.#ports);
        const next = await this.#advance(move, end);
        if (next === 'lost') break;
        if (move.step === 'resume') {
          blockedMs = this.#blockedMs(move.tenant);
          onHome({ kind: 'moved', move, blockedMs });
        }
        if (next === null) return this.#ended(move, blockedMs);
        if (next.step === 'undo') this.#tellGivenUp(next);
        move = next;
        waitMs = retryMsMin;
      } catch (error) {
        if (!(error instanceof RpcError)) throw error;
        if (mayBeUndone(move) && nowMs() >= givesUpMs) move = await this.#giveUp(move, error.message);
        await wait(waitMs);
        waitMs = Math.min(waitMs * 2, retryMsMax);
      }
    }
    return { kind: 'left', move };
  }

  #ended(move: Move, blockedMs: number | null): MoveEnd {
    if (!move.failed) return { kind: 'moved', move, blockedMs };
    const { epoch, failed, tenant } = move;
    return { kind: 'rolled-back', move, reason: failed.reason, epoch, blockedMs: this.#blockedMs(tenant) };
  }

  /** Writes down what a step came to, tells the routers, and says so. */
  async #advance(move: Move, end: StepEnd): Promise<Move | null | 'lost'> {
    const { books, routers, events, nowMs } = this.#ports;
    const change = end.kind === 'done' ? end.change : undefined;
    const next = nextMove(move, end);
    const startedMs = nowMs();
    const result = await books.write(progressWrites(move, next, change));
    if (!result.ok) {
      const now = readMove(move.tenant, await books.get(mapTables.moves, move.tenant));
      if (isSame(now, move)) return this.#entryChanged(move);
      // An earlier try of which nobody knew may have written this very thing.
      if (!isSame(now, next)) return 'lost';
    }
    if (routersMustKnow(change)) await routers.push();
    if (move.step === 'quiesce') this.#quiescedMs.set(move.tenant, startedMs);
    if (end.kind === 'impossible' || move.step === 'ended') return next;
    const more = move.step === 'resume' ? { blockedMs: this.#blockedMs(move.tenant) } : {};
    events.record(stepEvents[move.step], { ...factsOf(next ?? move), ...end.facts, ...more, ...reasonOf(move) });
    return next;
  }

  /** Somebody else wrote the tenant's entry: before the flip this move gives way. */
  #entryChanged(move: Move): Promise<Move | null | 'lost'> {
    const reason = `the map's entry of ${move.tenant} was changed by somebody else`;
    if (!mayBeUndone(move)) throw new RpcError('failed', reason);
    return this.#advance(move, { kind: 'impossible', reason });
  }

  async #giveUp(move: Move, reason: string): Promise<Move> {
    const next = givenUp(move, reason);
    const result = await this.#ports.books.write(progressWrites(move, next, undefined)).catch(() => null);
    if (!result?.ok) return move;
    this.#tellGivenUp(next);
    return next;
  }

  #tellGivenUp(move: Move): void {
    this.#ports.events.record('move.failed', { ...factsOf(move), ...reasonOf(move) });
  }

  /** How long its tenant was refused, as far as this life has seen; null where it began in another one. */
  #blockedMs(tenant: string): number | null {
    const sinceMs = this.#quiescedMs.get(tenant);
    return sinceMs === undefined ? null : Math.round(this.#ports.nowMs() - sinceMs);
  }
}

function isSame(a: Move | null, b: Move | null): boolean {
  if (a === null || b === null) return a === b;
  return a.id === b.id && a.step === b.step && a.mover === b.mover;
}

function reasonOf({ failed }: Move): Readonly<Record<string, unknown>> {
  return failed ? { reason: failed.reason, at: failed.at } : {};
}

function factsOf({ id, tenant, from, to, epoch }: Move): Readonly<Record<string, unknown>> {
  return { move: id, tenant, from, to, epoch };
}
