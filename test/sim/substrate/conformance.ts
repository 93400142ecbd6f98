import { createConnection } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import type { PartExit, Substrate } from '../../../sim/substrate/substrate.ts';
import type { PartSpec } from '../../../sim/world/part.ts';
import { eventually } from '../../support/until.ts';

/** What a substrate must hand to the suite. `diary` plans one part that runs the diary program, see diary-part.ts. */
export interface SubstrateUnderTest {
  readonly substrate: Substrate;
  diary(address: string, settings?: { refuse?: boolean }): Promise<{ readonly spec: PartSpec; readonly at: Endpoint }>;
  /** A world of the same kind with `count` parts, one of them paused, owned by another process. */
  startOwner(count: number): Promise<OwnedWorld>;
  dispose(): Promise<void>;
}

export interface OwnedWorld {
  /** Ends the owner with SIGKILL. */
  killOwner(): Promise<void>;
  /** What any later command does when it finds a world whose owner is dead. */
  sweep(): Promise<void>;
  /** How many of its parts live, paused ones too. */
  alive(): number;
}

/** The behaviour that every substrate shares. */
export function describeSubstrate(name: string, make: () => Promise<SubstrateUnderTest>): void {
  describe(`substrate ${name}`, () => {
    let test: SubstrateUnderTest;
    let substrate: Substrate;
    const exits: PartExit[] = [];

    beforeEach(async () => {
      test = await make();
      substrate = test.substrate;
      exits.length = 0;
      substrate.onExit((exit) => exits.push(exit));
    });
    afterEach(() => test.dispose());

    it('starts a part that serves at its address', async () => {
      const { spec, at } = await test.diary('a/web/1');
      await substrate.start(spec);
      expect(await write(at, 'monday ')).toBe('monday ');
      const seen = await substrate.observe('a/web/1');
      expect(seen).toMatchObject({ address: 'a/web/1', state: 'running' });
      expect(seen.memoryBytes).toSatisfy((bytes: number | null) => bytes === null || bytes > 1e6);
    });

    it('says what the part printed where it dies before it serves', async () => {
      const { spec } = await test.diary('a/web/1', { refuse: true });
      await expect(substrate.start(spec)).rejects.toMatchObject({
        code: 'start-failed',
        message: expect.stringMatching(/a\/web\/1 ended before it served.*no paper left/s),
      });
      expect((await substrate.observe('a/web/1')).state).toBe('dead');
    });

    it('kills at once, and the part starts again on its volume', async () => {
      const { spec, at } = await test.diary('a/aurora/1');
      await substrate.start(spec);
      await write(at, 'monday ');
      await substrate.kill('a/aurora/1');
      expect((await substrate.observe('a/aurora/1')).state).toBe('dead');
      await expect(write(at, 'lost')).rejects.toThrow();
      expect(exits).toMatchObject([{ address: 'a/aurora/1', signal: 'SIGKILL' }]);
      await substrate.start(spec);
      expect(await write(at, 'tuesday ')).toBe('monday tuesday ');
    });

    it('stops gently: the part ends in its own way', async () => {
      const { spec } = await test.diary('a/web/1');
      await substrate.start(spec);
      await substrate.stop('a/web/1', 3000);
      expect((await substrate.observe('a/web/1')).state).toBe('stopped');
      expect(exits).toMatchObject([{ address: 'a/web/1', code: 0 }]);
      expect(logOf('a/web/1')).toContain('a/web/1 ends');
    });

    it('pauses: connections stay, nothing answers until it is resumed', async () => {
      const { spec, at } = await test.diary('a/web/1');
      await substrate.start(spec);
      await substrate.pause('a/web/1');
      expect((await substrate.observe('a/web/1')).state).toBe('paused');
      let answered = false;
      const answer = write(at, 'monday ').then((text) => {
        answered = true;
        return text;
      });
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(answered).toBe(false);
      await substrate.resume('a/web/1');
      expect(await answer).toBe('monday ');
      expect((await substrate.observe('a/web/1')).state).toBe('running');
    });

    it('kills and stops a paused part', async () => {
      const [one, two] = [await test.diary('a/web/1'), await test.diary('a/web/2')];
      await Promise.all([substrate.start(one.spec), substrate.start(two.spec)]);
      await Promise.all([substrate.pause('a/web/1'), substrate.pause('a/web/2')]);
      await Promise.all([substrate.kill('a/web/1'), substrate.stop('a/web/2', 3000)]);
      const states = (await substrate.observeAll()).map(({ address, state }) => [address, state]);
      expect(Object.fromEntries(states)).toEqual({ 'a/web/1': 'dead', 'a/web/2': 'stopped' });
    });

    it('takes the same call twice as success', async () => {
      const { spec, at } = await test.diary('a/web/1');
      await Promise.all([substrate.start(spec), substrate.start(spec)]);
      await substrate.start(spec);
      await substrate.pause('a/web/1');
      await substrate.pause('a/web/1');
      await substrate.resume('a/web/1');
      await substrate.resume('a/web/1');
      expect(await write(at, 'once ')).toBe('once ');
      await Promise.all([substrate.kill('a/web/1'), substrate.kill('a/web/1')]);
      await substrate.kill('a/web/1');
      await substrate.stop('a/web/1', 100);
      expect(exits).toHaveLength(1);
      await substrate.kill('never/started');
    });

    it('refuses to pause what does not run', async () => {
      await expect(substrate.pause('a/web/1')).rejects.toMatchObject({ code: 'not-running' });
    });

    it('sees a death that nobody asked for', async () => {
      const { spec, at } = await test.diary('a/web/1');
      await substrate.start(spec);
      await write(at, 'x');
      const { pid } = await substrate.observe('a/web/1');
      if (pid === null) return; // A container has none on this machine; its own test kills it from outside.
      process.kill(pid, 'SIGKILL');
      await eventually('the death', () => exits.length === 1);
      expect((await substrate.observe('a/web/1')).state).toBe('dead');
    });

    it('keeps what a part printed, over its lives', async () => {
      const { spec } = await test.diary('a/web/1');
      await substrate.start(spec);
      await substrate.kill('a/web/1');
      await substrate.start(spec);
      expect(logOf('a/web/1').match(/a\/web\/1 begins/g)).toHaveLength(2);
    });

    it('ends everything on destroy, and starts nothing after it', async () => {
      const [one, two] = [await test.diary('a/web/1'), await test.diary('b/web/1')];
      await Promise.all([substrate.start(one.spec), substrate.start(two.spec)]);
      await substrate.pause('b/web/1');
      await substrate.destroy();
      await expect(write(one.at, 'x')).rejects.toThrow();
      await expect(write(two.at, 'x')).rejects.toThrow();
      await expect(substrate.start(one.spec)).rejects.toMatchObject({ code: 'destroyed' });
    });

    it('leaves nothing of a world whose owner was killed, once it is swept', async () => {
      const world = await test.startOwner(3);
      expect(world.alive()).toBe(3);
      await world.killOwner();
      await world.sweep();
      await eventually('all parts gone', () => world.alive() === 0);
    });

    const logOf = (address: string) =>
      substrate
        .logFiles(address)
        .map((file) => readFileSync(file, 'utf8'))
        .join('');
  });
}

/** Sends one entry to a diary and reads back what it holds. */
export function write(at: Endpoint, entry: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(at);
    socket.once('error', reject);
    socket.once('connect', () => socket.write(entry));
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(chunk.toString());
    });
    socket.once('close', () => reject(new Error('closed without an answer')));
  });
}
