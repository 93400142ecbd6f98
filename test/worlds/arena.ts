import { findEngine } from '../../cells/sqs/engine.ts';
import { PetriBox } from '../support/petri-box.ts';

/** True where the whole share of the proofs is played, as in CI; else a sample that keeps `npm test` short. */
export const thorough = process.env['PETRI_REQUIRE_REDIS'] === '1';

/** A box for one test file's world. Where real Redis is demanded, its absence is a failure and not a skip. */
export async function openBox(): Promise<PetriBox> {
  const engine = await findEngine();
  if (thorough && engine.kind !== 'redis')
    throw new Error('no redis-server is on PATH, and PETRI_REQUIRE_REDIS=1 demands one');
  return new PetriBox();
}
