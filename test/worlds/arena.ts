import { findEngine } from '../../cells/sqs/engine.ts';
import { hasDocker } from '../prove/docker-hand.ts';
import { PetriBox } from '../support/petri-box.ts';

/** True where the whole share of the proofs is played, as in CI; else a sample that keeps `npm test` short. */
export const thorough = process.env['PETRI_REQUIRE_REDIS'] === '1';

/** All of them where the proofs are played whole, else one in so many. */
export function sampled<T>(all: readonly T[], oneIn: number): readonly T[] {
  return thorough ? all : all.filter((_, index) => index % oneIn === 0);
}

/** A box for one test file's world. Where real Redis is demanded, its absence is a failure and not a skip. */
export async function openBox(): Promise<PetriBox> {
  const engine = await findEngine();
  if (thorough && engine.kind !== 'redis')
    throw new Error('no redis-server is on PATH, and PETRI_REQUIRE_REDIS=1 demands one');
  return new PetriBox();
}

/** Whether worlds can be grown on Docker here; says what is left out where not. Where an engine is demanded, its absence is a failure. */
export async function dockerHere(what: string): Promise<boolean> {
  const here = await hasDocker();
  if (!here && process.env['PETRI_REQUIRE_DOCKER'] === '1')
    throw new Error('no Docker engine answers, and PETRI_REQUIRE_DOCKER=1 demands one');
  if (!here) console.log(`left out: ${what}, since no Docker engine answers here`);
  return here;
}
