import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countTenants, drawFor, place } from '../../../sim/pilot/placement.ts';

const cells = ['a', 'b', 'c'];
const base = { cells, maxTenants: 40, draw: 0 } as const;

describe('placement', () => {
  it.each([
    [{ a: 20, b: 19, c: 20 }, 'b'],
    [{ a: 20, b: 20, c: 20 }, 'a'],
    [{ a: 1, b: 1 }, 'c'],
    [{ a: 40, b: 40, c: 39 }, 'c'],
    [{ a: 40, b: 40, c: 41 }, null],
  ])('puts a tenant into the cell with the fewest: %j', (tenants, cell) => {
    expect(place({ ...base, tenants, policy: 'least-loaded' })).toBe(cell);
  });

  it('draws among the cells with room where it is random', () => {
    const tenants = { a: 40, b: 0, c: 39 };
    const drawn = [0, 0.49, 0.5, 0.999].map((draw) => place({ ...base, tenants, draw, policy: 'random' }));
    expect(drawn).toEqual(['b', 'b', 'c', 'c']);
    expect(place({ ...base, tenants: { a: 40, b: 40, c: 40 }, draw: 0.3, policy: 'random' })).toBeNull();
  });

  it('never fills a cell beyond its maximum, and fills all before it refuses', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 6 }), fc.boolean(), (seed, maxTenants, random) => {
        const tenants: Record<string, { cell: string }> = {};
        for (let n = 1; ; n++) {
          const counts = countTenants(tenants);
          const policy = random ? 'random' : 'least-loaded';
          const cell = place({ cells, maxTenants, tenants: counts, policy, draw: drawFor(seed, 'placement', `t${n}`) });
          if (cell === null) break;
          tenants[`t${n}`] = { cell };
        }
        expect(countTenants(tenants)).toEqual({ a: maxTenants, b: maxTenants, c: maxTenants });
      }),
    );
  });

  it('draws evenly, and the same for the same seed and tenant', () => {
    const draws = Array.from({ length: 3000 }, (_, n) => drawFor(7, 'placement', `t${n}`));
    const thirds = [0, 1, 2].map((third) => draws.filter((draw) => Math.floor(draw * 3) === third).length);
    for (const count of thirds) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(drawFor(7, 'placement', 't1')).toBe(draws[1]);
    expect(drawFor(8, 'placement', 't1')).not.toBe(draws[1]);
  });
});
