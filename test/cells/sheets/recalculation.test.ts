import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { etagOfValue, parseEtag } from '../../../cells/sheets/etag.ts';
import { advanceRecalculation, beginRecalculation, recalculationEnded } from '../../../cells/sheets/recalculation.ts';
import { outgrowsStandard, queueFor, realUnits } from '../../../cells/sheets/sizing.ts';

const rows = [
  { row: 'r1', value: { n: 1 } },
  { row: 'r2', value: 'two' },
  { row: 'r3', value: null },
];

function recalculate(units: number, slice: number, of = rows) {
  let work = beginRecalculation(of, units);
  let slices = 0;
  while (!recalculationEnded(work)) {
    work = advanceRecalculation(work, slice);
    slices++;
  }
  return { computed: work.computed, slices };
}

describe('recalculation', () => {
  it('gives the same result in whatever slices it is done', () => {
    const whole = recalculate(31, 1000).computed;
    expect(whole.map(({ row }) => row)).toEqual(['r1', 'r2', 'r3']);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (slice) => {
        expect(recalculate(31, slice).computed).toEqual(whole);
      }),
      { numRuns: 20 },
    );
  });

  it('depends on the value and takes as many slices as its units ask for', () => {
    const digest = (value: unknown) =>
      recalculate(10, 10, [{ row: 'r', value: value as never }]).computed[0]!.computed.digest;
    expect(digest({ n: 1 })).toBe(digest({ n: 1 }));
    expect(digest({ n: 1 })).not.toBe(digest({ n: 2 }));
    expect(recalculate(100, 10).slices).toBe(10);
    expect(recalculate(1000, 10).slices).toBe(100);
  });

  it('works through an empty sheet too, and writes nothing', () => {
    expect(recalculate(50, 10, [])).toEqual({ computed: [], slices: 5 });
  });
});

describe('size of a job', () => {
  it('sends to XL what is above the limit, unless everything shares one queue', () => {
    expect([queueFor(1000, 1000, true), queueFor(1001, 1000, true), queueFor(1001, 1000, false)]).toEqual([
      ...['standard', 'xl', 'standard'],
    ]);
  });

  it('promotes a job whose sheet asks for more than it said', () => {
    const limits = { xlAbove: 1000, xlQueue: true };
    expect(realUnits(5, 3)).toBe(30);
    expect(outgrowsStandard({ queue: 'standard', units: 5 }, 100, limits)).toBe(false);
    expect(outgrowsStandard({ queue: 'standard', units: 5 }, 101, limits)).toBe(true);
    expect(outgrowsStandard({ queue: 'xl', units: 5 }, 101, limits)).toBe(false);
    expect(outgrowsStandard({ queue: 'standard', units: 5 }, 101, { ...limits, xlQueue: false })).toBe(false);
  });
});

describe('etag', () => {
  it('tells versions and values apart, and can be read back', () => {
    const etag = etagOfValue(3, { n: 1 });
    expect(parseEtag(etag)).toEqual({ version: 3, hash: etag.slice(3, -1) });
    expect(new Set([etag, etagOfValue(4, { n: 1 }), etagOfValue(3, { n: 2 }), etagOfValue(3, [1])]).size).toBe(4);
    expect(parseEtag('W/"3-abc"')).toBeNull();
  });

  it('spreads values without collisions', () => {
    const hashes = new Set(Array.from({ length: 20_000 }, (_, n) => parseEtag(etagOfValue(1, { n }))!.hash));
    expect(hashes.size).toBe(20_000);
  });
});
