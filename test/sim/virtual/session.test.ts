import { createHash } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { beginsAtMs, beginsT } from '../../../sim/substrate/virtual/virtual-runtime.ts';
import { openVirtualWorld } from '../../../sim/substrate/virtual/virtual-world.ts';
import { VirtualSession } from '../../../sim/virtual/session.ts';
import { defaultWorld } from '../../../sim/world/schema.ts';

const world = { ...defaultWorld(), on: 'virtual' as const, cells: 2, tenants: 8 };
const small = { ...world, traffic: { ...world.traffic, rps: 20 } };
const sessions: VirtualSession[] = [];

async function grown(seed = 7): Promise<VirtualSession> {
  const session = new VirtualSession({
    world: { ...small, seed },
    grow: (asked) => openVirtualWorld(asked, { seed: asked.seed, observe: false }),
    unixOf: (t) => beginsAtMs + (t - beginsT) / 1000,
    release: '0.1.0',
  });
  sessions.push(session);
  await session.start();
  return session;
}

afterEach(async () => {
  await Promise.all(sessions.splice(0).map((session) => session.end()));
});

const kill = (session: VirtualSession, target: string, forMs: number | null = null) =>
  session.do(`petri kill ${target}`, (driver) =>
    driver.inject({ kind: 'kill', target, settings: {}, forMs, hold: false }),
  );
const clock = (session: VirtualSession) => session.snapshot().clock!;
const headline = (session: VirtualSession) => session.snapshot().status.headline;
/** The picture without what the clock itself adds. */
const picture = (session: VirtualSession) => {
  const { status, tenants, log } = session.snapshot();
  return createHash('sha256').update(JSON.stringify({ status, tenants, log })).digest('hex');
};

async function turn(session: VirtualSession, ...intents: readonly Parameters<VirtualSession['turn']>[0][]) {
  for (const intent of intents) await session.turn(intent);
}

test('it stands at its beginning until its time goes on', async () => {
  const session = await grown();
  expect(clock(session)).toMatchObject({ mode: 'virtual', atMs: 0, endMs: 0, playing: true, speed: 1 });
  expect(headline(session)).toBe('ALL 8 TENANTS ARE SERVED by 2 cells.');
  await session.pass(250, 40, () => 0);
  expect(clock(session)).toMatchObject({ atMs: 250, endMs: 250 });
});

test('a kill takes, is seen, and is healed, as in a real world', async () => {
  const session = await grown();
  await turn(session, 'second-on', 'second-on');
  const fault = await kill(session, 'b');
  expect(fault).toMatchObject({ id: 'f1', kind: 'kill', target: 'b', state: 'open' });
  await turn(session, 'second-on');
  expect(headline(session)).toMatch(/^CELL b IS DOWN\. 4 of 8 tenants cannot work\./);
  const healed = await session.do('petri heal f1', (driver) => driver.heal('f1'));
  expect(healed).toMatchObject([{ id: 'f1', state: 'gone' }]);
  await turn(session, 'second-on', 'second-on', 'second-on', 'second-on', 'second-on');
  expect(headline(session)).toBe('ALL 8 TENANTS ARE SERVED by 2 cells.');
  expect(session.snapshot().log.map(({ text }) => text)).toContain('petri kill b');
});

test('the same seed and the same deeds show the same pictures', async () => {
  const lives = [await grown(), await grown()];
  const seen = [];
  for (const session of lives) {
    await turn(session, 'second-on', 'second-on');
    await kill(session, 'b', 2000);
    const pictures = [picture(session)];
    for (let second = 0; second < 6; second += 1) {
      await turn(session, 'second-on');
      pictures.push(picture(session));
    }
    seen.push(pictures);
  }
  expect(seen[0]).toEqual(seen[1]);
});

test('another seed is another life', async () => {
  const [one, other] = [await grown(1), await grown(2)];
  for (const session of [one, other]) await turn(session, 'second-on', 'second-on');
  expect(picture(one)).not.toBe(picture(other));
});

test('it goes back and on again through what it has lived, and nothing of it changes', async () => {
  const session = await grown();
  await turn(session, 'second-on', 'second-on');
  await kill(session, 'b');
  await turn(session, 'second-on', 'second-on');
  const late = picture(session);
  await turn(session, 'begin');
  expect(clock(session)).toMatchObject({ atMs: 0, endMs: 4000, next: { atMs: 2000, command: 'petri kill b' } });
  expect(headline(session)).toBe('ALL 8 TENANTS ARE SERVED by 2 cells.');
  await turn(session, 'end');
  expect(picture(session)).toBe(late);
});

test('whoever does something in the past lives on from there: what came after never happened', async () => {
  const session = await grown();
  await turn(session, 'second-on', 'second-on');
  await kill(session, 'b');
  await turn(session, 'second-on', 'second-back', 'second-back');
  expect(clock(session)).toMatchObject({ atMs: 1000, endMs: 3000 });
  await kill(session, 'a');
  expect(clock(session)).toMatchObject({ next: null });
  expect(clock(session).endMs).toBe(clock(session).atMs);
  await turn(session, 'second-on', 'second-on', 'second-on');
  expect(headline(session)).toMatch(/^CELL a IS DOWN/);
  expect(session.snapshot().status.faults.map(({ target }) => target)).toEqual(['a']);
});

test('what was done before the moment of the change is done again at its moment', async () => {
  const session = await grown();
  await turn(session, 'second-on');
  await kill(session, 'b');
  await turn(session, 'second-on', 'second-on');
  const before = picture(session);
  await turn(session, 'second-on', 'second-back');
  expect(picture(session)).toBe(before);
  await session.do('petri set clientRetry none', (driver) => driver.setPolicy('clientRetry', 'none'));
  expect(session.snapshot().status.faults).toMatchObject([{ id: 'f1', target: 'b', state: 'open' }]);
  expect(clock(session).atMs).toBeLessThan(3100);
});

test('it is stepped to the next thing that happens, and stands there', async () => {
  const session = await grown();
  await turn(session, 'second-on');
  await kill(session, 'b', 1500);
  await turn(session, 'told-on');
  expect(clock(session)).toMatchObject({ playing: false });
  expect(clock(session).event?.kind).toMatch(/^(cell\.state|fault\.)/);
  await turn(session, 'told-on', 'told-on', 'told-on');
  expect(clock(session).atMs).toBeGreaterThan(1000);
  const { atMs } = clock(session);
  await turn(session, 'event-on');
  expect(clock(session).atMs).toBeGreaterThanOrEqual(atMs);
  expect(clock(session).event).not.toBeNull();
});

test('as fast as it goes it passes more of its time than of ours, and paused it passes none', async () => {
  const session = await grown();
  for (let times = 0; times < 9; times += 1) await session.turn('faster');
  expect(clock(session).speed).toBe('max');
  let nowMs = 0;
  await session.pass(50, 40, () => (nowMs += 10));
  expect(clock(session).atMs).toBeGreaterThanOrEqual(150);
  await session.turn('play');
  const { atMs } = clock(session);
  await session.pass(50, 40, () => (nowMs += 10));
  expect(clock(session).atMs).toBe(atMs);
});

test('what it refuses changes nothing', async () => {
  const session = await grown();
  await expect(kill(session, 'nowhere')).rejects.toThrow(/nowhere/);
  await turn(session, 'second-on');
  expect(headline(session)).toBe('ALL 8 TENANTS ARE SERVED by 2 cells.');
});

test('a reset is the beginning, as if nothing had been done', async () => {
  const session = await grown();
  const begin = picture(session);
  await turn(session, 'second-on');
  await kill(session, 'b');
  await session.reset();
  expect(clock(session)).toMatchObject({ atMs: 0, endMs: 0 });
  expect(picture(session)).toBe(begin);
});
