import { createConnection } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../cells/runtime/part-config.ts';
import { deviations } from '../../../sim/substrate/deviations.ts';
import type { OutsideChange, PartExit, Substrate, SubstrateName } from '../../../sim/substrate/substrate.ts';
import type { PartSpec } from '../../../sim/world/part.ts';
import { eventually } from '../../support/until.ts';
import type { DiarySettings } from './diary-part.ts';

/** What a substrate must hand to the suite. `diary` plans one part that runs the diary program, see diary-part.ts. */
export interface SubstrateUnderTest {
  readonly substrate: Substrate;
  diary(address: string, settings?: DiarySettings): Promise<{ readonly spec: PartSpec; readonly at: Endpoint }>;
  /** What a person does to a part with the system's own tools. */
  readonly outside: {
    kill(address: string): Promise<void>;
    freeze(address: string): Promise<void>;
    thaw(address: string): Promise<void>;
    start(address: string): Promise<void>;
    cutOff(address: string): Promise<void>;
    connect(address: string): Promise<void>;
  };
  /** A second substrate on the same state, after this one was destroyed. */
  again(): Promise<SubstrateUnderTest>;
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
  alive(): Promise<number>;
  /** A substrate for the same world, as its next supervisor has it; it has swept nothing. */
  successor(): Promise<SubstrateUnderTest>;
}

/** From what somebody else does to its being seen, in milliseconds: 200 and what a busy machine adds. */
const seenWithinMs = 2000;

/** The behaviour that every substrate shares, but for its deviations. */
export function describeSubstrate(name: SubstrateName, make: () => Promise<SubstrateUnderTest>): void {
  describe(`substrate ${name}`, () => {
    let test: SubstrateUnderTest;
    let substrate: Substrate;
    const exits: PartExit[] = [];
    const changes: OutsideChange[] = [];
    const count = { cases: 0, deviate: 0 };

    beforeEach(async () => {
      exits.length = 0;
      changes.length = 0;
      test = await make();
      substrate = test.substrate;
      substrate.onExit((exit) => exits.push(exit));
      substrate.onOutsideChange((change) => changes.push(change));
    });
    afterEach(() => test.dispose());
    afterAll(() => {
      const conform = count.cases - count.deviate;
      console.log(`substrate ${name}: ${count.cases} cases, ${conform} hold, ${count.deviate} deviate with a reason`);
    });

    /** One case. Where the substrate deviates, that it says so is what is tested: `refused`, if it can be asked at all. */
    function holds(title: string, run: () => Promise<void>, refused?: () => Promise<unknown>): void {
      const deviation = deviations.find((each) => each.case === title && each.substrate === name);
      count.cases++;
      if (!deviation) {
        it(title, run);
        return;
      }
      count.deviate++;
      it(`deviates: ${title} (${deviation.reason})`, async () => {
        if (refused) await expect(refused()).rejects.toMatchObject({ code: 'not-here' });
      });
    }

    const started = async (address: string, settings: DiarySettings = {}) => {
      const planned = await test.diary(address, settings);
      await substrate.start(planned.spec);
      return planned;
    };
    const stateOf = async (address: string) => (await substrate.observe(address)).state;
    const seen = (what: string, look: () => unknown) =>
      eventually(what, async () => Boolean(await look()), seenWithinMs);

    holds('starts a part that serves at its address', async () => {
      const { at } = await started('a/web/1');
      expect(await write(at, 'monday ')).toBe('monday ');
      expect(await substrate.observe('a/web/1')).toMatchObject({ address: 'a/web/1', state: 'running' });
    });

    holds('says how much memory a part uses, where the system tells', async () => {
      await started('a/web/1');
      const { memoryBytes } = await eventually('its memory', async () => {
        const observation = await substrate.observe('a/web/1');
        return observation.memoryBytes !== null || process.platform !== 'linux' ? observation : null;
      });
      expect(memoryBytes).toSatisfy((bytes: number | null) => bytes === null || (bytes > 1e6 && bytes < 2e8));
    });

    holds('says what the part printed where it dies before it serves', async () => {
      const { spec } = await test.diary('a/web/1', { refuse: true });
      await expect(substrate.start(spec)).rejects.toMatchObject({
        code: 'start-failed',
        message: expect.stringMatching(/a\/web\/1 ended before it served.*no paper left/s),
      });
      expect(await stateOf('a/web/1')).toBe('dead');
    });

    holds('kills at once, and the part starts again on its volume', async () => {
      const { spec, at } = await started('a/aurora/1');
      await write(at, 'monday ');
      await substrate.kill('a/aurora/1');
      expect(await stateOf('a/aurora/1')).toBe('dead');
      await expect(write(at, 'lost')).rejects.toThrow();
      expect(exits).toMatchObject([{ address: 'a/aurora/1', signal: 'SIGKILL' }]);
      await substrate.start(spec);
      expect(await write(at, 'tuesday ')).toBe('monday tuesday ');
    });

    holds('restarts a part again and again, at the same address', async () => {
      const { spec, at } = await started('a/web/1');
      for (const day of [1, 2, 3]) {
        await substrate.kill('a/web/1');
        await substrate.start(spec);
        expect(await write(at, `${day}`)).toBe('123'.slice(0, day));
      }
      expect(exits.map(({ signal }) => signal)).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    });

    holds('keeps volumes beyond the end of a world', async () => {
      const { at } = await started('a/aurora/1');
      await write(at, 'monday ');
      await substrate.destroy();
      const next = await test.again();
      const planned = await next.diary('a/aurora/1');
      await next.substrate.start(planned.spec);
      expect(await write(planned.at, 'tuesday ')).toBe('monday tuesday ');
      await next.substrate.destroy();
    });

    holds('stops gently: the part ends in its own way', async () => {
      await started('a/web/1');
      await substrate.stop('a/web/1', 5000);
      expect(await stateOf('a/web/1')).toBe('stopped');
      expect(exits).toMatchObject([{ address: 'a/web/1', code: 0 }]);
      expect(logOf('a/web/1')).toContain('a/web/1 ends');
    });

    holds('ends what does not stop within its grace', async () => {
      await started('a/web/1', { lingers: true });
      await substrate.stop('a/web/1', 200);
      expect(exits).toMatchObject([{ address: 'a/web/1', signal: 'SIGKILL' }]);
      expect(await stateOf('a/web/1')).toBe('stopped');
    });

    holds('pauses: connections stay, nothing answers until it is resumed', async () => {
      const { at } = await started('a/web/1');
      await substrate.pause('a/web/1');
      expect(await stateOf('a/web/1')).toBe('paused');
      let answered = false;
      const answer = write(at, 'monday ').then((text) => {
        answered = true;
        return text;
      });
      await new Promise((resolve) => setTimeout(resolve, 150));
      expect(answered).toBe(false);
      await substrate.resume('a/web/1');
      expect(await answer).toBe('monday ');
      expect(await stateOf('a/web/1')).toBe('running');
    });

    holds('kills and stops a paused part', async () => {
      await Promise.all([started('a/web/1'), started('a/web/2')]);
      await Promise.all([substrate.pause('a/web/1'), substrate.pause('a/web/2')]);
      await Promise.all([substrate.kill('a/web/1'), substrate.stop('a/web/2', 3000)]);
      const states = (await substrate.observeAll()).map(({ address, state }) => [address, state]);
      expect(Object.fromEntries(states)).toEqual({ 'a/web/1': 'dead', 'a/web/2': 'stopped' });
    });

    holds('takes the same call twice as success', async () => {
      const { spec, at } = await test.diary('a/web/1');
      await Promise.all([substrate.start(spec), substrate.start(spec)]);
      await substrate.start(spec);
      await Promise.all([substrate.pause('a/web/1'), substrate.pause('a/web/1')]);
      await substrate.pause('a/web/1');
      await Promise.all([substrate.resume('a/web/1'), substrate.resume('a/web/1')]);
      await substrate.resume('a/web/1');
      await substrate.reconnect('a/web/1');
      await substrate.limit('a/web/1', null);
      expect(await write(at, 'once ')).toBe('once ');
      await Promise.all([substrate.kill('a/web/1'), substrate.kill('a/web/1')]);
      await substrate.kill('a/web/1');
      await substrate.stop('a/web/1', 100);
      expect(exits).toHaveLength(1);
      await substrate.kill('never/started');
      await substrate.stop('never/started', 100);
      expect(changes).toEqual([]);
    });

    holds('refuses to pause what does not run', async () => {
      await expect(substrate.pause('a/web/1')).rejects.toMatchObject({ code: 'not-running' });
      await started('a/web/1');
      await substrate.kill('a/web/1');
      await expect(substrate.pause('a/web/1')).rejects.toMatchObject({ code: 'not-running' });
    });

    holds('sees a death that nobody asked for', async () => {
      await started('a/web/1');
      await test.outside.kill('a/web/1');
      await seen('the death', () => exits.length === 1);
      expect(exits).toMatchObject([{ address: 'a/web/1', code: null, signal: 'SIGKILL' }]);
      expect(await stateOf('a/web/1')).toBe('dead');
    });

    holds('sees a freeze that nobody asked for, and its end', async () => {
      const { at } = await started('a/web/1');
      await test.outside.freeze('a/web/1');
      await seen('the freeze', async () => (await stateOf('a/web/1')) === 'paused');
      await test.outside.thaw('a/web/1');
      await seen('its end', async () => (await stateOf('a/web/1')) === 'running');
      expect(await write(at, 'monday ')).toBe('monday ');
    });

    holds('sees that somebody else started a part again', async () => {
      const { at, spec } = await started('a/web/1');
      await substrate.kill('a/web/1');
      await test.outside.start('a/web/1');
      await seen('the start', () => changes.length > 0);
      await substrate.start(spec);
      expect(await write(at, 'monday ')).toBe('monday ');
      expect(changes).toEqual([{ address: 'a/web/1', what: 'started' }]);
      await substrate.kill('a/web/1');
      expect(exits).toHaveLength(2);
    });

    holds(
      'takes a part off its networks and puts it back',
      async () => {
        const { at } = await started('a/web/1');
        await substrate.disconnect('a/web/1');
        await substrate.disconnect('a/web/1');
        expect(await substrate.observe('a/web/1')).toMatchObject({ state: 'running', cutOff: true });
        await expect(write(at, 'lost')).rejects.toThrow();
        await substrate.reconnect('a/web/1');
        expect(await write(at, 'monday ')).toBe('monday ');
        expect(await substrate.observe('a/web/1')).toMatchObject({ state: 'running', cutOff: false });
        expect(changes).toEqual([]);
      },
      () => substrate.disconnect('a/web/1'),
    );

    holds('sees that somebody else took a part off its networks and put it back', async () => {
      const { at } = await started('a/web/1');
      await test.outside.cutOff('a/web/1');
      await seen('the cut', () => changes.length === 1);
      await expect(write(at, 'lost')).rejects.toThrow();
      await test.outside.connect('a/web/1');
      await seen('its end', () => changes.length === 2);
      expect(changes.map(({ what }) => what)).toEqual(['cut-off', 'connected']);
      expect(await write(at, 'monday ')).toBe('monday ');
    });

    holds(
      'changes what a running part may use, and puts it back',
      async () => {
        const { at, spec } = await started('a/web/1');
        await substrate.limit('a/web/1', { cpus: 0.1 });
        expect(await substrate.observe('a/web/1')).toMatchObject({ size: { ...spec.size, cpus: 0.1 } });
        expect(await write(at, 'slowly ')).toBe('slowly ');
        await expect(substrate.limit('a/web/1', { memoryBytes: 6 * 2 ** 20 })).rejects.toMatchObject({
          code: 'refused',
        });
        await substrate.limit('a/web/1', null);
        expect(await substrate.observe('a/web/1')).toMatchObject({ size: spec.size });
      },
      () => substrate.limit('a/web/1', { cpus: 0.1 }),
    );

    holds(
      'lets the kernel kill a part that fills its memory',
      async () => {
        const { spec, at } = await started('a/web/1');
        await substrate.exhaustMemory('a/web/1');
        expect(exits).toMatchObject([{ address: 'a/web/1', signal: 'SIGKILL' }]);
        await substrate.start(spec);
        expect(await write(at, 'monday ')).toBe('monday ');
      },
      () => substrate.exhaustMemory('a/web/1'),
    );

    holds('keeps what a part printed, over its lives', async () => {
      const { spec } = await started('a/web/1');
      await substrate.kill('a/web/1');
      await substrate.start(spec);
      expect(logOf('a/web/1').match(/a\/web\/1 begins/g)).toHaveLength(2);
      expect(logOf('a/web/1')).not.toContain('petri:ready');
    });

    holds('ends everything on destroy, and starts nothing after it', async () => {
      const [one, two] = await Promise.all([started('a/web/1'), started('b/web/1')]);
      await substrate.pause('b/web/1');
      await substrate.destroy();
      await expect(write(one.at, 'x')).rejects.toThrow();
      await expect(write(two.at, 'x')).rejects.toThrow();
      await expect(substrate.start(one.spec)).rejects.toMatchObject({ code: 'destroyed' });
      await substrate.destroy();
      expect(exits).toHaveLength(2);
    });

    holds('ends what is just being started, too', async () => {
      const { spec } = await test.diary('a/web/1');
      const start = substrate.start(spec).catch((error: Error) => error);
      await substrate.destroy();
      await start;
      expect(['stopped', 'dead']).toContain(await stateOf('a/web/1'));
    });

    holds('leaves nothing of a world whose owner was killed, once it is swept', async () => {
      const world = await test.startOwner(3);
      expect(await world.alive()).toBe(3);
      await world.killOwner();
      await eventually('only the frozen part left', async () => (await world.alive()) <= 1);
      await world.sweep();
      await eventually('all parts gone', async () => (await world.alive()) === 0);
      await world.sweep();
    });

    holds('takes over what a dead owner left behind', async () => {
      const world = await test.startOwner(2);
      await world.killOwner();
      const next = await world.successor();
      const { spec, at } = await next.diary('a/web/2');
      await next.substrate.start(spec);
      expect(await write(at, 'monday ')).toBe('monday ');
      expect(await world.alive()).toBe(1);
      await next.substrate.destroy();
      expect(await world.alive()).toBe(0);
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
