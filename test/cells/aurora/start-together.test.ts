import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeFolder, temporaryFolder } from '../../support/part-process.ts';
import { eventually } from '../../support/until.ts';
import { AuroraPair, get, put } from './pair.ts';

let folder: string;
let pair: AuroraPair;

beforeEach(async () => {
  folder = temporaryFolder();
  pair = await AuroraPair.in(folder);
});
afterEach(async () => {
  await pair.end();
  removeFolder(folder);
});

it('has exactly one writer when both start at the same instant on a volume with data', async () => {
  const rounds = 6;
  for (let round = 1; round <= rounds; round++) {
    await Promise.all([pair.start(1), pair.start(2)]);
    const roles = await eventually('one writer and one reader', async () => {
      const seen = await Promise.all([pair.status(1), pair.status(2)]);
      if (seen[0]?.generation !== seen[1]?.generation) return null;
      const both = seen.map((status) => status?.role);
      return both.includes('writer') && both.includes('reader') ? both : null;
    });
    const writer = await pair.connect(roles[0] === 'writer' ? 1 : 2);
    const reader = await pair.connect(roles[0] === 'writer' ? 2 : 1);
    expect(await put(writer, 'round', round)).toMatchObject({ version: round });
    await expect(put(reader, 'round', -1)).rejects.toMatchObject({ code: 'not-writer' });
    expect(await get(reader, 'round')).toMatchObject({ value: round });
    await Promise.all(pair.parts.splice(0).map((part) => part.kill()));
  }
});

it('lets index 2 take a volume with data alone, and leave an empty one to index 1', async () => {
  await pair.start(2);
  expect(await pair.role(2)).toBe('starting');
  await pair.start(1);
  await pair.becomes(1, 'writer');
  await put(await pair.connect(1), 'r', 'kept');
  await Promise.all(pair.parts.splice(0).map((part) => part.kill()));

  await pair.start(2);
  await pair.becomes(2, 'writer');
  expect(await get(await pair.connect(2), 'r')).toMatchObject({ value: 'kept' });
  await pair.start(1);
  await pair.becomes(1, 'reader');
});
