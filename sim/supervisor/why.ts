import { RpcError } from '../../cells/protocol/rpc-error.ts';
import type { Event } from '../../cells/runtime/events.ts';
import type { CellMap } from '../../router/cell-map.ts';
import type { EventRing } from '../events/ring.ts';
import type { Status } from '../state/status.ts';
import type { Move } from '../pilot/mover/move.ts';
import type { RouteAnswer, WhyAnswer } from './contract.ts';

/** What an explanation is made of. */
export interface WhyFacts {
  readonly status: Status;
  readonly map: CellMap;
  readonly ring: Pick<EventRing, 'findNewest'>;
  /** The moves that are under way, as the map's store has them now. */
  readonly moves: () => Promise<readonly Move[]>;
}

/** Explains a tenant, a cell or a request: where it lives, what the router would do, its last answer, the fault to blame. */
export async function why(
  { status, map, ring, moves }: WhyFacts,
  subject: string,
  routeOf: (tenant: string) => Promise<RouteAnswer>,
): Promise<WhyAnswer> {
  if (status.cells.some((cell) => cell.id === subject)) return whyCell(status, subject);
  if (map.tenants[subject]) {
    const move = (await moves()).find(({ tenant }) => tenant === subject) ?? null;
    const last = ring.findNewest((event) => isAnswer(event) && event['tenant'] === subject);
    return whyTenant(status, await routeOf(subject), last, move);
  }
  const answered = ring.findNewest((event) => isAnswer(event) && event['request'] === subject);
  if (answered) return whyRequest(status, subject, answered);
  const unanswered = ring.findNewest((event) => event.kind === 'request.answered' && event['request'] === subject);
  if (unanswered) return whyAttempt(status, subject, unanswered);
  throw new RpcError(
    'usage',
    `nothing here is called ${subject}: name a tenant, a cell, or a request by its x-request-id (the newest 10,000 events are kept)`,
  );
}

function whyCell(status: Status, id: string): WhyAnswer {
  const cell = status.cells.find((each) => each.id === id);
  if (!cell) throw new RpcError('usage', `there is no cell ${id}`);
  const gone = cell.components.filter((part) => part.state === 'dead' || part.state === 'paused');
  const sentences = [
    `Cell ${id} is ${cell.health}; it serves ${cell.tenants} tenants.`,
    ...(gone.length > 0 ? [`Not at work: ${gone.map((part) => `${part.address} (${part.state})`).join(', ')}.`] : []),
    ...blame(status, id),
  ];
  return {
    subject: id,
    kind: 'cell',
    sentences,
    facts: { health: cell.health, traffic: cell.traffic, queues: cell.queues },
  };
}

function whyTenant(status: Status, route: RouteAnswer, last: Event | null, move: Move | null): WhyAnswer {
  const { tenant, cell, epoch, decision } = route;
  const would =
    decision.kind === 'forward'
      ? `The router would hand a request to cell ${cell} now.`
      : `The router would refuse a request now: ${decision.status}, ${decision.reason}.`;
  const sentences = [
    `Tenant ${tenant} lives in cell ${cell}, epoch ${epoch}${route.override ? `; it is ${route.override}` : ''}. No other cell has its data.`,
    ...(move ? [moveSentence(status, move)] : []),
    would,
    ...(last ? [lastAnswer(status, last)] : ['It has sent nothing that is still in the log.']),
    ...(cell === null ? [] : blame(status, cell)),
  ];
  return { subject: tenant, kind: 'tenant', sentences, facts: { ...route, last, move } };
}

function moveSentence(status: Status, { tenant, from, to, step, failed }: Move): string {
  const control = status.components.find(({ address }) => address === 'control');
  const hand = control?.state === 'running' ? 'control carries it on' : 'it waits for control: petri restart control';
  if (step === 'undo') return `Its move from ${from} to ${to} is put back (${failed?.reason ?? 'given up'}); ${hand}.`;
  if (step === 'ended') return `Its move from ${from} to ${to} has just ended.`;
  if (step === 'clean')
    return `It has moved from ${from} to ${to}; cell ${from} still has to forget ${tenant}, ${hand}.`;
  return `It is on its way from cell ${from} to cell ${to}; what comes next is to ${step}, ${hand}.`;
}

function whyRequest(status: Status, id: string, event: Event): WhyAnswer {
  const handed = event['handed'] === true;
  const outcome = {
    ok: 'It took effect.',
    refused: 'It surely had no effect.',
    unknown: 'It may have taken effect: it was handed over and its answer was lost.',
  }[String(event['outcome'])];
  const sentences = [
    `Request ${id} was ${event['method']} ${event['path']} of tenant ${event['tenant'] ?? '(none)'}.`,
    `It was answered ${event['status']} after ${Math.round(Number(event['latencyMs']))} ms${event['reason'] ? `: ${event['reason']}` : ''}.`,
    handed ? `It was handed to cell ${event['cell']}, epoch ${event['epoch']}.` : 'It was never handed to a cell.',
    ...(outcome ? [outcome] : []),
    ...(typeof event['cell'] === 'string' && event['error'] === true ? blame(status, event['cell']) : []),
  ];
  return { subject: id, kind: 'request', sentences, facts: { event } };
}

/** A request as its client saw it: of one that no router answered there is no other record. */
function whyAttempt(status: Status, id: string, event: Event): WhyAnswer {
  const outcome =
    event['outcome'] === 'unknown' ? 'It may have taken effect: its answer was lost.' : 'It surely had no effect.';
  const sentences = [
    `Request ${id} was a ${event['op']} of tenant ${event['tenant']}, sent by the world's own traffic (attempt ${event['attempt']}).`,
    event['status'] === null
      ? `No router answered it: ${event['failure'] ?? 'the connection broke'}, after ${Math.round(Number(event['serviceMs']))} ms. ${outcome}`
      : `It was answered ${event['status']}; petri why ${event['routed'] ?? event['tenant']} says more.`,
    ...blame(status, 'router'),
  ];
  return { subject: id, kind: 'request', sentences, facts: { event } };
}

function lastAnswer({ now }: Status, event: Event): string {
  const ago = ((now - event.at) / 1000).toFixed(1);
  const reason = event['reason'] ? ` (${event['reason']})` : '';
  return `Its last answer, ${ago} s ago, was ${event['status']}${reason} to ${event['method']} ${event['path']}.`;
}

/** The open faults that touch a cell, or a sentence that there are none. */
function blame(status: Status, cell: string): string[] {
  const touching = status.faults.filter(
    (fault) => fault.state !== 'gone' && fault.target.split(/->|, /).some((side) => side.split('/').includes(cell)),
  );
  if (touching.length === 0) return ['No open fault touches it.'];
  return touching.map((fault) => {
    const since = ((status.now - fault.sinceMs) / 1000).toFixed(1);
    return `To blame: ${fault.id}, ${fault.kind} ${fault.target}, for ${since} s, by ${fault.by}. What ends it: ${fault.endsBy}.`;
  });
}

function isAnswer(event: Event): boolean {
  return event.kind === 'request.answered' && event.part.startsWith('router/');
}
