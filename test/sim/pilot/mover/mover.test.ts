import { describe, expect, it } from 'vitest';
import { mapTables } from '../../../../cells/dynamodb/contract.ts';
import { controlDecisions as decisions } from '../../../../sim/pilot/decisions.ts';
import { Mover, type MoveEnd } from '../../../../sim/pilot/mover/mover.ts';
import type { Step } from '../../../../sim/pilot/mover/ports.ts';
import { moveSteps } from '../../../../sim/pilot/mover/steps.ts';
import { Death, MoveWorld, type Mishap } from '../../../support/move-world.ts';

const order = { tenant: 't01', from: 'a', to: 'b', epoch: 2, before: null, after: null } as const;
const stepsInOrder = ['quiesced', 'drained', 'fenced', 'copied', 'verified', 'flipped', 'resumed', 'cleaned'];

/** Begins a move and, for as long as its movers die, lets another one carry it on. */
async function moveWithDeaths(world: MoveWorld): Promise<void> {
  const noDeath = () => {};
  void new Mover({ ports: world.ports(), decisions }).begin(order).then(noDeath, died);
  for (let lives = 1; (await untilEmpty(world, lives - 1)) === 'died'; lives++) {
    expect(lives).toBeLessThan(20);
    void new Mover({ ports: world.ports(), decisions }).tick().then(noDeath, died);
  }
}

/** Until the books are empty, or one more mover has died than was known. */
async function untilEmpty(world: MoveWorld, deaths = world.deaths): Promise<'empty' | 'died'> {
  for (let turns = 0; turns < 20_000; turns++) {
    if (world.deaths > deaths) return 'died';
    if (world.items.get(mapTables.moves, 't01') === null) return 'empty';
    await Promise.resolve();
  }
  throw new Error(`the move stands still: ${JSON.stringify(world.items.get(mapTables.moves, 't01'))}`);
}

function died(error: unknown): 'died' {
  if (error instanceof Death) return 'died';
  throw error;
}

/** What must be so after any move, whatever happened on the way. */
function expectOneHomeWithEverything(world: MoveWorld): void {
  for (let turn = 0; turn < 20; turn++) world.live();
  const { cell, epoch, override } = world.entry;
  expect(override).toBe(null);
  for (const [id, each] of Object.entries(world.cells)) {
    const there = each.read('tenant.get', { tenant: 't01' });
    if (id === cell) expect(there).toEqual({ kind: 'ok', epoch, residence: 'home' });
    else if (there.kind === 'ok') expect(there.residence).not.toBe('home');
  }
  const home = world.cells[cell]!;
  const newest = new Map<string, { version: number; key: string }>();
  for (const write of world.acknowledged) {
    const known = newest.get(write.row);
    expect(write.version, `row ${write.row} was acknowledged twice under one version`).not.toBe(known?.version);
    if (!known || write.version > known.version) newest.set(write.row, write);
    const again = { tenant: 't01', epoch, sheet: 's', row: write.row, value: write.key, key: write.key };
    expect(home.tx('row.put', { ...again, bodyHash: write.key })).toMatchObject({
      ...{ kind: 'ok', replayed: true, version: write.version },
    });
  }
  for (const [row, { key, version }] of newest) {
    const got = home.read('row.get', { tenant: 't01', epoch, sheet: 's', row });
    expect(got).toMatchObject({ kind: 'ok', value: key, version });
  }
  expect(home.read('jobs.counts', {})).toEqual({ kind: 'ok', open: 0, done: 2, dead: 1 });
  const effects = Object.values(world.cells).flatMap((each) => each.effects);
  expect(effects.toSorted()).toEqual(['j1', 'j2']);
}

describe('a move', () => {
  it('brings a tenant to its new home, step by step, and the old one keeps nothing but the epoch', async () => {
    const world = new MoveWorld();
    const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
    expect(await ended).toMatchObject({ kind: 'moved', move: { tenant: 't01', to: 'b' } });
    expect(world.entry).toEqual({ cell: 'b', epoch: 2, override: null });
    expect(world.events.map(({ kind }) => kind)).toEqual(['move.begun', ...stepsInOrder.map((step) => `move.${step}`)]);
    for (const event of world.events) expect(event).toMatchObject({ tenant: 't01', from: 'a', to: 'b', epoch: 2 });
    expectOneHomeWithEverything(world);
    expect(world.cells['a']!.read('tenant.get', { tenant: 't01' })).toEqual({
      ...{ kind: 'ok', epoch: 2, residence: 'gone' },
    });
    const left = world.cells['a']!.read('move.digest', { tenant: 't01', epoch: 2, after: null });
    expect(left).toMatchObject({ digest: { rows: 0, requests: 0, jobs: 0 } });
    expect(world.items.get(mapTables.moves, 't01')).toBe(null);
  });

  it('goes there and back again, each time under a new epoch', async () => {
    const world = new MoveWorld();
    const mover = new Mover({ ports: world.ports(), decisions });
    await (
      await mover.begin(order)
    ).ended;
    await (
      await mover.begin({ ...order, from: 'b', to: 'c', epoch: 3 })
    ).ended;
    await (
      await mover.begin({ ...order, from: 'c', to: 'a', epoch: 4 })
    ).ended;
    expect(world.entry).toEqual({ cell: 'a', epoch: 4, override: null });
    expectOneHomeWithEverything(world);
  });

  it('loses nothing where control dies at any of its calls, before or after it took effect', async () => {
    const quiet = new MoveWorld();
    await (
      await new Mover({ ports: quiet.ports(), decisions }).begin(order)
    ).ended;
    const calls = quiet.calls;
    expect(calls).toBeGreaterThan(20);
    for (const mishap of ['dies-before', 'dies-after'] as const) {
      // The first call writes the move down; a death before that has begun nothing.
      for (let at = mishap === 'dies-before' ? 2 : 1; at <= calls; at++) {
        const world = new MoveWorld();
        world.mishapAt = (call) => (call === at ? mishap : null);
        await moveWithDeaths(world);
        expect(world.entry, `${mishap} at call ${at}`).toEqual({ cell: 'b', epoch: 2, override: null });
        expectOneHomeWithEverything(world);
        for (const step of stepsInOrder) {
          expect(world.events, `${mishap} at ${at}`).toContainEqual(expect.objectContaining({ kind: `move.${step}` }));
        }
      }
    }
  });

  it('loses nothing where control dies twice, anywhere', async () => {
    for (let first = 2; first <= 34; first++) {
      for (let second = first + 1; second <= first + 30; second += 5) {
        const world = new MoveWorld();
        const at: Record<number, Mishap> = {
          [first]: 'dies-after',
          [second]: second % 2 ? 'dies-before' : 'dies-after',
        };
        world.mishapAt = (call) => at[call] ?? null;
        await moveWithDeaths(world);
        expect(world.entry.cell, `deaths at ${first} and ${second}`).toBe('b');
        expectOneHomeWithEverything(world);
      }
    }
  });

  it('loses nothing where any answer gets lost, or a call never leaves', async () => {
    for (const mishap of ['unknown', 'not-sent'] as const) {
      for (let at = 2; at <= 36; at++) {
        const world = new MoveWorld();
        world.mishapAt = (call) => (call === at ? mishap : null);
        const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
        expect(await ended, `${mishap} at call ${at}`).toMatchObject({ kind: 'moved' });
        expectOneHomeWithEverything(world);
      }
    }
  });

  it('is put back where the new home goes away before the flip, from whichever step on', async () => {
    for (let from = 2; from <= 30; from++) {
      const world = new MoveWorld();
      let flipped = false;
      world.mishapAt = (call, target) => {
        flipped ||= world.entry.cell === 'b';
        return target === 'b' && call >= from && !flipped ? 'unknown' : null;
      };
      const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
      const end = await ended;
      expect(end.kind).toBe(flipped ? 'moved' : 'rolled-back');
      if (!flipped) expect(world.entry).toMatchObject({ cell: 'a', override: null });
      expectOneHomeWithEverything(world);
    }
  });

  it('undoes the quiesce alone where the old home does not answer, and says why', async () => {
    const world = new MoveWorld();
    world.mishapAt = (_call, target) => (target === 'a' ? 'not-sent' : null);
    const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
    expect(await ended).toMatchObject({ kind: 'rolled-back', reason: 'a is gone' });
    expect(world.entry).toEqual({ cell: 'a', epoch: 1, override: null });
    expect(world.events.at(-1)).toMatchObject({ kind: 'move.rolled-back', at: 'drain', epoch: 1 });
    expectOneHomeWithEverything(world);
  });

  it('opens the old home under a new epoch where it is put back after the fence', async () => {
    const world = new MoveWorld();
    const isFenced = () => world.events.some(({ kind }) => kind === 'move.fenced');
    world.mishapAt = (_call, target) => (target === 'b' && isFenced() ? 'not-sent' : null);
    const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
    expect(await ended).toMatchObject({ kind: 'rolled-back' });
    expect(world.entry).toEqual({ cell: 'a', epoch: 3, override: null });
    expectOneHomeWithEverything(world);
    world.mishapAt = () => null;
    await (
      await new Mover({ ports: world.ports(), decisions }).begin({ ...order, epoch: 4 })
    ).ended;
    expect(world.entry).toEqual({ cell: 'b', epoch: 4, override: null });
    expectOneHomeWithEverything(world);
  });

  it('is put back by whoever comes next where control dies meanwhile, at any of its calls', async () => {
    for (let at = 6; at <= 70; at += 2) {
      const world = new MoveWorld();
      const isFenced = () => world.events.some(({ kind }) => kind === 'move.fenced');
      world.mishapAt = (call, target) =>
        call === at ? 'dies-after' : target === 'b' && isFenced() ? 'not-sent' : null;
      await moveWithDeaths(world);
      expect(world.entry.cell, `death at call ${at}`).toBe('a');
      expect(world.events.map(({ kind }) => kind)).toContain('move.rolled-back');
      expectOneHomeWithEverything(world);
    }
  });

  it('waits for a new home that goes away after the flip: there is no way back', async () => {
    const world = new MoveWorld();
    let refused = 0;
    world.mishapAt = (_call, target) =>
      target === 'b' && world.entry.cell === 'b' && ++refused < 60 ? 'not-sent' : null;
    const { ended } = await new Mover({ ports: world.ports(), decisions }).begin(order);
    expect(await ended).toMatchObject({ kind: 'moved' });
    expect(world.nowMs).toBeGreaterThan(6000);
    expectOneHomeWithEverything(world);
  });

  it('keeps what the override table says of its tenant, or says what was ordered', async () => {
    const world = new MoveWorld();
    const pinned = { cell: 'a', epoch: 1, override: 'pinned' } as const;
    world.items.write([{ op: 'put', table: mapTables.tenants, key: 't01', item: pinned }]);
    const mover = new Mover({ ports: world.ports(), decisions });
    await (
      await mover.begin({ ...order, before: 'pinned', after: 'quarantined' })
    ).ended;
    expect(world.entry).toEqual({ cell: 'b', epoch: 2, override: 'quarantined' });
  });
});

describe('two movers', () => {
  it('never move one tenant at once: the books let the first one begin', async () => {
    const world = new MoveWorld();
    const [first, second] = [
      new Mover({ ports: world.ports(), decisions }),
      new Mover({ ports: world.ports(), decisions }),
    ];
    const results = await Promise.allSettled([first.begin(order), second.begin({ ...order, to: 'c' })]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect((results[1] as PromiseRejectedResult).reason).toMatchObject({ code: 'usage' });
    const [begun] = results as [PromiseFulfilledResult<{ ended: Promise<MoveEnd> }>, unknown];
    expect(await begun.value.ended).toMatchObject({ kind: 'moved' });
    expectOneHomeWithEverything(world);
  });

  it('of one move: whoever began later has it, the other one lets go, and nothing is done twice', async () => {
    for (let after = 1; after <= 36; after++) {
      const world = new MoveWorld();
      const first = new Mover({ ports: world.ports(), decisions });
      const { ended } = await first.begin(order);
      const second = new Mover({ ports: world.ports(), decisions });
      for (let turn = 0; world.calls < after && turn < 500; turn++) await Promise.resolve();
      await second.tick();
      const end = await ended;
      for (let turn = 0; turn < 500 && world.items.get(mapTables.moves, 't01'); turn++) await Promise.resolve();
      expect(['left', 'moved']).toContain(end.kind);
      expect(world.entry, `taken over after call ${after}`).toEqual({ cell: 'b', epoch: 2, override: null });
      expectOneHomeWithEverything(world);
    }
  });

  it('leave alone what another one has in hand, until it has stood still for a while', async () => {
    const world = new MoveWorld();
    const second = new Mover({ ports: world.ports(), decisions });
    await second.tick();
    world.mishapAt = (call, target) => (target === 'b' ? 'dies-before' : null);
    await new Mover({ ports: world.ports(), decisions }).begin(order).then(({ ended }) => ended.catch(died));
    world.mishapAt = () => null;
    await second.tick();
    expect(world.items.get(mapTables.moves, 't01')).toMatchObject({ step: 'copy' });
    world.nowMs += 6000;
    await second.tick();
    await untilEmpty(world);
    expect(world.entry.cell).toBe('b');
    expectOneHomeWithEverything(world);
  });
});

describe('the checks of this file', () => {
  it('see a fence that was forgotten', async () => {
    const world = new MoveWorld();
    const steps = { ...moveSteps, fence: async () => ({ kind: 'done' }) as const };
    const { ended } = await new Mover({ ports: world.ports(), decisions: { ...decisions, moveSteps: steps } }).begin(
      order,
    );
    expect(await ended).toMatchObject({ kind: 'rolled-back' });
  });

  it('see what is lost where the fence is off', async () => {
    const world = new MoveWorld();
    world.deaf = true;
    const flip: Step = (move, ports) => {
      world.fence = false;
      return moveSteps.flip(move, ports);
    };
    const { ended } = await new Mover({
      ports: world.ports(),
      decisions: { ...decisions, moveSteps: { ...decisions.moveSteps, flip } },
    }).begin(order);
    expect(await ended).toMatchObject({ kind: 'moved' });
    expect(() => expectOneHomeWithEverything(world)).toThrow();
  });
});
