import { expect, test } from 'vitest';
import type { Peer } from '../../../cells/protocol/server.ts';
import { SubstrateError } from '../../../sim/substrate/substrate-error.ts';
import { explained } from '../../../sim/supervisor/explained.ts';

const peer = {} as Peer;
const nothing = null as never;
const refused = new SubstrateError('refused', 'the Docker engine could not pause b/db: unable to freeze');

test('what the substrate refuses reaches the command line as unavailable, with its reason', async () => {
  const later = explained(async () => {
    throw refused;
  });
  await expect(later(nothing, peer)).rejects.toMatchObject({ code: 'unavailable', message: refused.message });
  const atOnce = explained(() => {
    throw refused;
  });
  expect(() => atOnce(nothing, peer)).toThrow(expect.objectContaining({ code: 'unavailable' }));
});

test('answers and other errors pass as they are', async () => {
  expect(explained(() => 7)(nothing, peer)).toBe(7);
  await expect(explained(() => Promise.reject(new TypeError('ours')))(nothing, peer)).rejects.toThrow(TypeError);
});
