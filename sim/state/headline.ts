import type { PartState } from '../substrate/substrate.ts';
import type { BlastRadius, CellHealthWord, FaultStatus, ReadBack, Status } from './status.ts';
import { count, durationInWords, firstThatFits, listOf } from './words.ts';

export interface CellFacts {
  readonly id: string;
  readonly health: CellHealthWord;
  readonly tenants: number;
  /** Why nobody is answered there, as far as its parts and faults tell. */
  readonly manner: 'down' | 'paused' | 'cut off';
  readonly jobsWaiting: number | null;
  readonly oldestAgeMs: number | null;
  readonly clearInMs: number | null;
  readonly errorRatio: number;
}

/** A part that ought to run and does not. */
export interface MissingPart {
  readonly address: string;
  readonly kind: string;
  readonly cell: string | null;
  readonly state: PartState;
}

/** All that the sentences are made of. Times are Unix milliseconds. */
export interface HeadlineFacts {
  readonly now: number;
  /** While the world grows; null once it serves. */
  readonly growing: { readonly done: number; readonly total: number } | null;
  readonly tenants: number;
  readonly cells: readonly CellFacts[];
  readonly missing: readonly MissingPart[];
  readonly routers: number;
  readonly faults: readonly FaultStatus[];
  readonly blastRadius: BlastRadius | null;
  readonly readBack: ReadBack | null;
  readonly trafficOn: boolean;
  readonly quarantined: readonly string[];
}

export type Headline = Pick<Status, 'headline' | 'subline' | 'mood'>;

/** A leak stays on top so long after its entry closed, in milliseconds: the room must not miss it. */
const leakShownMs = 30_000;

/** One sentence that says who cannot work, how many did not notice and what ends it; and one that says why. The first that applies. */
export function headline(facts: HeadlineFacts): Headline {
  const said =
    growing(facts) ??
    routerDown(facts) ??
    leaked(facts) ??
    cellsDown(facts) ??
    catchingUp(facts) ??
    degraded(facts) ??
    partMissing(facts) ??
    calm(facts);
  return { headline: firstThatFits(said.headline), subline: firstThatFits(said.subline), mood: said.mood };
}

function growing({ growing: progress, cells }: HeadlineFacts): Headline | null {
  if (!progress) return null;
  return {
    headline: `GROWING ${count(cells.length, 'cell')}. ${progress.done} of ${count(progress.total, 'part')} serve.`,
    subline: 'Ready once every cell has answered through the router.',
    mood: 'starting',
  };
}

function routerDown(facts: HeadlineFacts): Headline | null {
  const lost = facts.missing.filter(({ kind }) => kind === 'router');
  if (facts.routers === 0 || lost.length < facts.routers) return null;
  const what = facts.routers === 1 ? 'THE ROUTER IS DOWN' : `ALL ${facts.routers} ROUTERS ARE DOWN`;
  return {
    headline: `${what}. None of the ${count(facts.tenants, 'tenant')} can reach a cell.`,
    subline: firstThatFits(`The cells are well. ${causeOf(facts, ['router'])}`, causeOf(facts, ['router'])),
    mood: 'hurt',
  };
}

function leaked({ blastRadius, now, tenants }: HeadlineFacts): Headline | null {
  const leaks = blastRadius?.leaks ?? [];
  if (!blastRadius || leaks.length === 0) return null;
  if (blastRadius.untilMs !== null && now - blastRadius.untilMs > leakShownMs) return null;
  const [first] = blastRadius.leakRequests;
  const evidence = first && `Seen in request ${first.request} of ${first.tenant}: ${answerInWords(first.status)}`;
  const outside = `${count(leaks.length, 'tenant')} outside ${leaks.length === 1 ? 'was' : 'were'} hit`;
  const beside = `beside the ${blastRadius.predicted.length} of ${tenants} expected`;
  return {
    headline: firstThatFits(
      `LEAKED. ${outside}, ${beside}: ${listOf(leaks)}.`,
      `LEAKED. ${outside}: ${listOf(leaks)}.`,
      `LEAKED. ${outside}.`,
    ),
    subline: firstThatFits(
      `${evidence ?? ''}. petri why ${first?.request ?? leaks[0]}`,
      `petri why ${first?.request}`,
      `petri why ${leaks[0]}`,
    ),
    mood: 'hurt',
  };
}

function cellsDown(facts: HeadlineFacts): Headline | null {
  const down = facts.cells.filter(({ health }) => health === 'down');
  const [first] = down;
  if (!first) return null;
  const cannot = down.reduce((sum, { tenants }) => sum + tenants, 0);
  const others = facts.tenants - cannot;
  const ids = down.map(({ id }) => id);
  const subline = firstThatFits(`${causeOf(facts, ids)} No other cell has their data.`, causeOf(facts, ids));
  if (down.length === facts.cells.length) {
    const who = down.length === 1 ? `CELL ${first.id}, the only one, IS DOWN` : `ALL ${down.length} CELLS ARE DOWN`;
    return { headline: `${who}. None of the ${count(facts.tenants, 'tenant')} can work.`, subline, mood: 'hurt' };
  }
  const many = down.length > 1;
  const who = many ? `CELLS ${listOf(ids)} ARE DOWN` : `CELL ${first.id} IS ${first.manner.toUpperCase()}`;
  const cannotWork = `${who}. ${cannot} of ${facts.tenants} tenants cannot work.`;
  const hitOutside = (facts.blastRadius?.inFlight ?? []).length;
  const untouched = others - hitOutside;
  // A client that never called cannot have noticed anything: without traffic the sentence claims less.
  const verb = facts.trafficOn ? 'did not notice' : 'are not affected';
  const rest = hitOutside > 0 ? `${untouched} ${verb}.` : `The other ${others} ${verb}.`;
  return {
    headline: firstThatFits(`${cannotWork} ${rest}`, `${cannotWork} ${untouched} ${verb}.`, cannotWork),
    subline,
    mood: 'hurt',
  };
}

function catchingUp(facts: HeadlineFacts): Headline | null {
  const back = facts.cells.filter(({ health }) => health === 'catching-up');
  const [first] = back;
  if (!first) return null;
  const many = back.length > 1;
  const who = many ? `CELLS ${listOf(back.map(({ id }) => id))} ARE BACK` : `CELL ${first.id} IS BACK`;
  const jobs =
    many || first.jobsWaiting === null
      ? null
      : `${first.jobsWaiting} ${first.jobsWaiting === 1 ? 'job waits' : 'jobs wait'}`;
  const oldest = first.oldestAgeMs === null ? '' : `, oldest ${durationInWords(first.oldestAgeMs)}`;
  const clear = first.clearInMs === null ? '' : `, clear in about ${durationInWords(first.clearInMs)}`;
  return {
    headline: firstThatFits(
      `${who}, CATCHING UP.${jobs === null ? '' : ` ${jobs}${oldest}${clear}.`}`,
      `${who}, CATCHING UP.${jobs === null ? '' : ` ${jobs}${oldest}.`}`,
      `${who}, CATCHING UP.`,
    ),
    subline: afterwards(facts) ?? 'Its clients come back, and its workers take what waits.',
    mood: 'catching-up',
  };
}

function degraded(facts: HeadlineFacts): Headline | null {
  const failing = facts.cells.filter(({ health, errorRatio }) => health === 'degraded' && errorRatio > 0);
  const [first] = failing;
  if (!first) return null;
  const share = `${Math.max(1, Math.round(first.errorRatio * 100))} %`;
  const who =
    failing.length > 1 ? `CELLS ${listOf(failing.map(({ id }) => id))} ARE DEGRADED` : `CELL ${first.id} IS DEGRADED`;
  const whose = failing.length > 1 ? 'their' : 'its';
  const outside = facts.tenants - failing.reduce((sum, { tenants }) => sum + tenants, 0);
  return {
    headline: firstThatFits(
      ...(outside > 0 ? [`${who}. ${share} of ${whose} requests fail. The other ${outside} tenants go on.`] : []),
      `${who}. ${share} of ${whose} requests fail.`,
      `${who}.`,
    ),
    subline:
      (isOver(facts) ? afterwards(facts) : null) ??
      overload(facts) ??
      causeOf(
        facts,
        failing.map(({ id }) => id),
      ),
    mood: 'hurt',
  };
}

/** What hurt it is healed; what still fails are requests of clients that are only now coming back. */
function isOver({ faults, missing, blastRadius }: HeadlineFacts): boolean {
  const isClosed = blastRadius !== null && blastRadius.untilMs !== null;
  return isClosed && missing.length === 0 && faults.every(({ state }) => state === 'gone');
}

/** A part is lost and nobody is hurt: that is what the design is for, so it is said as loudly. */
function partMissing(facts: HeadlineFacts): Headline | null {
  const [first, ...more] = facts.missing;
  if (!first) return null;
  const paused = first.state === 'paused';
  const state = paused ? 'IS PAUSED' : first.state === 'starting' ? 'IS STARTING' : 'IS DOWN';
  const name =
    more.length === 0 ? `${first.address} ${state}` : `${count(facts.missing.length, 'PART', 'PARTS')} ARE DOWN`;
  // What a service of the user's own does without one of its parts, nobody here can say.
  const unknown = facts.missing.some(({ kind }) => kind === 'service');
  const served = facts.tenants === 0 || unknown ? '' : ` All ${count(facts.tenants, 'tenant')} are served.`;
  const without = withoutPart[first.kind];
  return {
    headline: firstThatFits(
      `${name}.${served}${without && more.length === 0 ? ` ${without}` : ''}`,
      `${name}.${served}`,
    ),
    subline: causeOf(
      facts,
      facts.missing.map(({ cell, address }) => cell ?? address),
    ),
    mood: 'hurt',
  };
}

const withoutPart: Readonly<Record<string, string>> = {
  map: 'Routers use their copy.',
  control: 'Nothing is replaced or placed.',
  worker: 'Jobs wait.',
  xl: 'Large jobs wait.',
  sqs: 'Jobs wait.',
  dynamodb: 'Quotas keep their last value.',
  web: 'The others answer.',
  router: 'The others answer.',
  aurora: 'The other one answers.',
  traffic: 'Nobody calls.',
  service: 'What needs it may fail.',
};

function calm(facts: HeadlineFacts): Headline {
  const { tenants, cells, quarantined } = facts;
  const subline = afterwards(facts) ?? advice(facts);
  const by = `by ${count(cells.length, 'cell')}`;
  const unknown = cells.filter(({ health }) => health === 'unknown').map(({ id }) => id);
  if (unknown.length > 0)
    return {
      headline: `NOBODY KNOWS how ${listOf(unknown)} ${unknown.length > 1 ? 'are' : 'is'}: no router says.`,
      subline,
      mood: 'hurt',
    };
  if (tenants === 0)
    return {
      headline: `NO TENANTS YET. ${count(cells.length, 'cell')} ready.`,
      subline: 'Add one: petri tenant add t01',
      mood: 'calm',
    };
  if (quarantined.length > 0) {
    const served = `${tenants - quarantined.length} OF ${tenants} TENANTS ARE SERVED ${by}.`;
    const headline = firstThatFits(
      `${served} Quarantined: ${listOf(quarantined)}.`,
      `${served} ${quarantined.length} quarantined.`,
    );
    return { headline, subline, mood: 'calm' };
  }
  if (!facts.trafficOn)
    return {
      headline: `TRAFFIC IS OFF. ${count(cells.length, 'cell')} ready for ${count(tenants, 'tenant')}.`,
      subline: 'petri traffic --rps 200 sends requests again.',
      mood: 'calm',
    };
  const all = tenants === 1 ? 'THE ONE TENANT IS SERVED' : `ALL ${tenants} TENANTS ARE SERVED`;
  return { headline: `${all} ${by}.`, subline, mood: 'calm' };
}

function advice({ cells, faults }: HeadlineFacts): string {
  const open = faults.find(({ state }) => state !== 'gone');
  if (open)
    return firstThatFits(
      `${open.kind} ${open.target} is open, and nobody is hurt. ${open.endsBy} ends it.`,
      `${open.endsBy} ends the open fault.`,
    );
  const cell = cells[1] ?? cells[0];
  return cell ? `Try it: petri kill ${cell.id}. Before you do: who will notice?` : '';
}

/** What the last fault did, and how far its proof is. */
function afterwards({ blastRadius, readBack, tenants, now }: HeadlineFacts): string | null {
  if (!blastRadius) return null;
  const lastedMs = (blastRadius.untilMs ?? now) - blastRadius.sinceMs;
  const hit = blastRadius.hit.length;
  const was = `${blastRadius.untilMs === null ? 'Hurt for' : 'Was hurt'} ${durationInWords(lastedMs)}; ${count(hit, 'tenant')} hit, ${tenants - hit} not.`;
  if (!readBack || readBack.fault !== blastRadius.fault || readBack.total === 0) return was;
  const verdict = readBack.lost === 0 ? '0 lost' : `${readBack.lost} LOST`;
  const proof = `${readBack.read} of ${readBack.total} writes: ${verdict}.`;
  return firstThatFits(
    `${was} Read back ${proof}`,
    `${count(hit, 'tenant')} hit. Read back ${proof}`,
    `Read back ${proof}`,
  );
}

/** Nothing is missing and nothing is hurt: then it is the load. */
function overload({ faults, missing, blastRadius }: HeadlineFacts): string | null {
  const open = faults.some(({ state }) => state !== 'gone') || blastRadius?.untilMs === null;
  if (open || missing.length > 0) return null;
  return 'No fault is open: the load is more than it can take (petri traffic).';
}

/** Who did it, how long ago, and what ends it. `places`: cells or parts that it must concern. */
function causeOf({ faults, now, blastRadius }: HeadlineFacts, places: readonly string[]): string {
  const open = faults.filter(({ state }) => state !== 'gone');
  const fault = open.find(({ target }) => places.some((place) => concerns(target, place))) ?? open[0];
  if (!fault) {
    const since =
      blastRadius && blastRadius.untilMs === null ? ` ${durationInWords(now - blastRadius.sinceMs)} ago` : '';
    return `It was lost${since}; it is being replaced.`;
  }
  const ago = `${durationInWords(now - fault.sinceMs)} ago`;
  if (fault.kind === 'freeze') return `It froze ${ago}, not by Petri; ${fault.endsBy} lets it go on.`;
  if (fault.by === 'outside') return `It died ${ago}, not by Petri; it is being replaced.`;
  const did = `${pastOf[fault.kind] ?? `${fault.kind},`} ${ago}`;
  if (fault.untilMs !== null) return `${did}; ends in ${durationInWords(fault.untilMs - now)}.`;
  return fault.endsBy.startsWith('petri') ? `${did}, until ${fault.endsBy}.` : `${did}; ${fault.endsBy}.`;
}

const pastOf: Readonly<Record<string, string>> = {
  kill: 'Killed',
  stop: 'Stopped',
  pause: 'Paused',
  partition: 'Cut off',
  latency: 'Slowed down',
};

function concerns(target: string, place: string): boolean {
  return (
    target === place ||
    target.startsWith(`${place}/`) ||
    target.startsWith(`${place}->`) ||
    target.includes(`->${place}`)
  );
}

function answerInWords(status: number): string {
  return status === 0 ? 'no answer' : `${status}`;
}
