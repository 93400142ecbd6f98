/**
 * What a fault lays its hands on, and who must be well for it to be seen to take and to go. A place is an address or the beginning
 * of one: `b` is all of a cell, `b/aurora` both instances.
 */
export interface Footprint {
  readonly hurts: readonly string[];
  readonly needs: readonly string[];
}

/** When that is so, in milliseconds of the scenario's clock. */
export interface Occupied extends Footprint {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The places of a target as a scenario names it. */
export function footprintOf(target: string): Footprint {
  const [near = '', far] = target.split('->');
  if (far === undefined) return { hurts: [placeOf(near)], needs: [] };
  // A probe goes through the link to its far side, and the links of one part are told apart only while that part lives.
  return { hurts: [target], needs: near === 'router' ? [`${far}/alb`] : [placeOf(near), placeOf(far)] };
}

/** Whether one of two could not be told from the other: they meet in time, and one hurts what the other hurts or needs. */
export function overlaps(one: Occupied, other: Occupied): boolean {
  if (one.untilMs <= other.fromMs || other.untilMs <= one.fromMs) return false;
  return meet(one.hurts, other.hurts) || meet(one.hurts, other.needs) || meet(one.needs, other.hurts);
}

function meet(some: readonly string[], others: readonly string[]): boolean {
  return some.some((place) => others.some((its) => isWithin(place, its) || isWithin(its, place)));
}

/** `b/aurora/writer` can be either instance; `links/b` belongs to b. */
function placeOf(address: string): string {
  const [head = '', second = ''] = address.split('/');
  if (head === 'links') return `${second}/links`;
  return second === 'aurora' && !/\d$/.test(address) ? `${head}/aurora` : address;
}

/** A link is within another where both its ends are, and within a place where it starts there. */
function isWithin(place: string, outer: string): boolean {
  const [near = '', far] = place.split('->');
  const [outerNear = '', outerFar] = outer.split('->');
  const starts = near === outerNear || near.startsWith(`${outerNear}/`);
  if (outerFar === undefined) return starts;
  return starts && far !== undefined && (far === outerFar || far.startsWith(`${outerFar}/`));
}
