import { afterEach, describe, expect, test } from 'vitest';
import { fileURLToPath } from 'node:url';
import type { InvariantId } from '../../../sim/judge/contract.ts';
import { isFind, type Played } from '../../../sim/search/contract.ts';
import { drawSchedule } from '../../../sim/search/draw-schedule.ts';
import { BrokenPlay, Fleet } from '../../../sim/search/fleet.ts';
import { hunt } from '../../../sim/search/hunt.ts';

const program = fileURLToPath(new URL('../../support/fake-search-worker.ts', import.meta.url));
const settings = { base: null, bug: null };

let fleet: Fleet | null = null;
afterEach(async () => await fleet?.close());

function open(size: number, patienceMs?: number): Fleet {
  return (fleet = new Fleet(program, size, settings, patienceMs));
}

const finder = (wanted: InvariantId | null) => async (seed: number, played: Played) =>
  isFind(played, wanted) ? { seed, scenario: drawSchedule(seed, settings), played } : null;

function portsOf(of: Fleet, width: number) {
  const seen: number[] = [];
  return {
    seen,
    play: (seed: number) => of.play({ kind: 'seed', seed }),
    find: finder(null),
    onPlayed: (seed: number) => seen.push(seed),
    width,
  };
}

describe('hunt', () => {
  test.each([1, 2, 5])('finds the lowest failing seed with %i threads', async (width) => {
    const ports = portsOf(open(width), width);
    const { found, schedules } = await hunt(2, 100, ports);
    expect(found?.seed).toBe(13);
    expect(found?.played.violated[0]?.id).toBe('no-lost-write');
    expect(schedules).toBe(12);
    // Whatever is lower was played; how many higher ones were begun meanwhile is up to the threads.
    expect(ports.seen).toEqual(expect.arrayContaining(Array.from({ length: 12 }, (_, at) => 2 + at)));
    expect(ports.seen.length).toBeLessThan(100);
  });

  test('plays every seed once where none fails', async () => {
    const ports = portsOf(open(3), 3);
    expect(await hunt(14, 12, ports)).toEqual({ found: null, schedules: 12 });
    expect(ports.seen.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 12 }, (_, at) => 14 + at));
  });

  test('goes by the one violation that is wanted', async () => {
    const ports = { ...portsOf(open(2), 2), find: finder('no-lost-job') };
    expect((await hunt(1, 30, ports)).found).toBeNull();
  });
});

describe('fleet', () => {
  const named = (name: string) => ({ kind: 'scenario' as const, scenario: { ...drawSchedule(30, settings), name } });

  test('tells a simulation that broke from one that found something, and goes on', async () => {
    const broken = open(1).play(named('broken'));
    await expect(broken).rejects.toThrow(/scenario broken: Error: the heap of events is empty/);
    await expect(broken).rejects.toBeInstanceOf(BrokenPlay);
    await expect(fleet!.play(named('fine'))).resolves.toMatchObject({ violated: [] });
  });

  test('ends a simulation that does not end, and goes on with another thread', async () => {
    await expect(open(1, 6000).play(named('endless'))).rejects.toThrow('did not end in 6 s');
    await expect(fleet!.play(named('fine'))).resolves.toMatchObject({ violated: [] });
  });

  test('takes no machine that slept for a simulation that does not end', async () => {
    const played = open(1, 3000).play(named('fine'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000);
    await expect(played).resolves.toMatchObject({ violated: [] });
  });

  test('goes on after a thread died', async () => {
    await expect(open(1).play(named('dead'))).rejects.toThrow('its thread ended with 3');
    await expect(fleet!.play(named('fine'))).resolves.toMatchObject({ violated: [] });
  });

  test('closing ends what is under way', async () => {
    const running = open(1).play(named('endless'));
    const waiting = fleet!.play(named('fine'));
    const ended = Promise.all([
      expect(running).rejects.toThrow('the search has ended'),
      expect(waiting).rejects.toThrow('the search has ended'),
    ]);
    await fleet!.close();
    await ended;
  });
});
