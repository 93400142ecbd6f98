/**
 * What a fault lays its hands on: two faults that overlap in time must not share any of it, or one could not be seen to take, or
 * to go, because of the other. A place is an address or the beginning of one: `b` is all of a cell, `b/aurora` both instances.
 */
export type Footprint = readonly string[];

/** When a place is taken, in milliseconds of the scenario's clock. */
export interface Occupied {
  readonly places: Footprint;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The places of a target as a scenario names it. */
export function footprintOf(target: string): Footprint {
  const [near = '', far] = target.split('->');
  if (far === undefined) return [placeOf(near)];
  // A probe goes through the link to its far side, and the links of one part are told apart only while that part lives.
  const ends = near === 'router' ? [`${far}/alb`] : [placeOf(near), placeOf(far)];
  return [target, ...ends];
}

export function overlaps(one: Occupied, other: Occupied): boolean {
  if (one.untilMs <= other.fromMs || other.untilMs <= one.fromMs) return false;
  return one.places.some((place) => other.places.some((its) => isWithin(place, its) || isWithin(its, place)));
}

/** `b/aurora/writer` can be either instance; `links/b` belongs to b. */
function placeOf(address: string): string {
  const [head = '', second = ''] = address.split('/');
  if (head === 'links') return `${second}/links`;
  return second === 'aurora' && !/\d$/.test(address) ? `${head}/aurora` : address;
}

function isWithin(place: string, outer: string): boolean {
  return place === outer || place.startsWith(`${outer}/`) || place.startsWith(`${outer}->`);
}
