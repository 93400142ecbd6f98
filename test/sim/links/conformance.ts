import { expect } from 'vitest';
import type { LinkRule } from '../../../sim/faults/fault.ts';
import { silenceMs, type LinkBench } from './link-bench.ts';

export interface LinkCase {
  readonly name: string;
  readonly play: (bench: LinkBench) => Promise<void>;
}

/** A frame of so many letters is about as long as those of virtual time are taken for. */
const letters = 'x'.repeat(150);

const cut = (direction: 'both' | 'to' | 'from'): LinkRule => ({ kind: 'cut', direction });

export const linkCases: readonly LinkCase[] = [
  {
    name: 'carries calls and answers, and probes well',
    async play(bench) {
      const caller = await bench.connect();
      expect(await caller.say('one')).toBe('one');
      expect(await bench.probe()).toEqual({ outcome: 'passes', latencyMs: expect.any(Number), rules: [] });
    },
  },
  {
    name: 'ends at once a connection to a far side that is not there, and works at once when it is back',
    async play(bench) {
      await bench.stopServing();
      const caller = await bench.connect();
      await bench.until('the end', () => caller.lostMs() !== null, 1000);
      expect((await bench.probe()).outcome).toBe('refused');
      await bench.serve();
      expect(await (await bench.connect()).say('back')).toBe('back');
    },
  },
  {
    name: 'tells a caller that the far side has closed',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('x');
      await bench.stopServing();
      await bench.until('the end', () => caller.lostMs() !== null, 1000);
    },
  },
  {
    name: 'cut, it is silent on open connections, and what waited flows on after the heal',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('before');
      await bench.rule(cut('both'));
      const call = caller.say('one');
      expect(await bench.fate(call)).toBe('silence');
      expect(bench.heard).toEqual(['before']);
      expect(await bench.probe()).toEqual({ outcome: 'silent', latencyMs: null, rules: ['f1'] });
      await bench.heal();
      expect(await call).toBe('one');
    },
  },
  {
    name: 'cut, it takes new connections, is silent on them, and continues them after the heal',
    async play(bench) {
      await bench.rule(cut('both'));
      const caller = await bench.connect();
      expect(caller.lostMs()).toBeNull();
      const call = caller.say('one');
      expect(await bench.fate(call)).toBe('silence');
      await bench.heal();
      expect(await call).toBe('one');
    },
  },
  {
    name: 'cut towards the far side, that one hears nothing',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('before');
      await bench.rule(cut('to'));
      expect(await bench.fate(caller.say('one'))).toBe('silence');
      expect(bench.heard).toEqual(['before']);
    },
  },
  {
    name: 'cut from the far side, that one hears and is not heard',
    async play(bench) {
      const caller = await bench.connect();
      await bench.rule(cut('from'));
      const call = caller.say('one');
      expect(await bench.fate(call)).toBe('silence');
      expect(bench.heard).toEqual(['one']);
      await bench.heal();
      expect(await call).toBe('one');
    },
  },
  {
    name: 'cut, it holds back that the far side has closed',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('x');
      await bench.rule(cut('both'));
      await bench.stopServing();
      await bench.pause(silenceMs);
      expect(caller.lostMs()).toBeNull();
      await bench.heal();
      await bench.until('the end', () => caller.lostMs() !== null, 1000);
    },
  },
  {
    name: 'late, it delays a call and its answer once',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('x');
      await bench.rule({ kind: 'latency', latencyMs: 300, jitterMs: 0 });
      const tookMs = await bench.tookMs(() => caller.say('late'));
      expect(tookMs).toBeGreaterThanOrEqual(299);
      expect(tookMs).toBeLessThan(590);
      expect((await bench.probe()).latencyMs).toBeGreaterThanOrEqual(299);
    },
  },
  {
    name: 'sums latencies, and forgets one when it is healed',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('x');
      await bench.rule({ kind: 'latency', latencyMs: 150, jitterMs: 0 });
      await bench.rule({ kind: 'latency', latencyMs: 250, jitterMs: 0 }, 'f2');
      expect(await bench.tookMs(() => caller.say('both'))).toBeGreaterThanOrEqual(399);
      expect((await bench.probe()).rules).toEqual(['f1', 'f2']);
      await bench.heal('f2');
      const tookMs = await bench.tookMs(() => caller.say('one'));
      expect(tookMs).toBeGreaterThanOrEqual(149);
      expect(tookMs).toBeLessThan(390);
    },
  },
  {
    name: 'sends again what it loses, in order, and nothing is missing',
    async play(bench) {
      const caller = await bench.connect();
      await bench.rule({ kind: 'loss', share: 0.25 });
      const words = Array.from({ length: 30 }, (_, index) => `w${index}`);
      const tookMs = await bench.tookMs(async () => {
        for (const word of words) {
          void caller.say(word);
          await bench.pause(3);
        }
        await bench.until('all heard', () => bench.heard.length === words.length, 20_000);
      });
      expect(bench.heard).toEqual(words);
      expect(tookMs).toBeGreaterThanOrEqual(199);
      await bench.heal();
      expect(await bench.tookMs(() => caller.say('whole'))).toBeLessThan(190);
    },
  },
  {
    name: 'keeps the order of calls under jitter',
    async play(bench) {
      const caller = await bench.connect();
      await bench.rule({ kind: 'latency', latencyMs: 20, jitterMs: 20 });
      const words = Array.from({ length: 20 }, (_, index) => `w${index}`);
      await Promise.all(
        words.map(async (word, index) => {
          await bench.pause(index * 3);
          return caller.say(word);
        }),
      );
      expect(bench.heard).toEqual(words);
    },
  },
  {
    name: 'resets open connections at once, and new ones, until it is healed',
    async play(bench) {
      const open = await bench.connect();
      await open.say('x');
      await bench.rule({ kind: 'reset', afterBytes: 0 });
      await bench.until('the reset', () => open.lostMs() !== null, 1000);
      const fresh = await bench.connect();
      expect(await bench.fate(fresh.say('one'))).toBe('lost');
      expect((await bench.probe()).outcome).toBe('refused');
      await bench.heal();
      expect(await (await bench.connect()).say('two')).toBe('two');
    },
  },
  {
    name: 'resets new connections after some bytes',
    async play(bench) {
      await bench.rule({ kind: 'reset', afterBytes: 1000 });
      const caller = await bench.connect();
      const fates: string[] = [];
      for (let call = 0; call < 10 && !fates.includes('lost'); call++)
        fates.push(await bench.fate(caller.say(letters)));
      expect(fates[0]).toBe(letters);
      expect(fates.at(-1)).toBe('lost');
    },
  },
  {
    name: 'narrow, it carries so many bytes a second each way, and is as wide as before when healed',
    async play(bench) {
      const caller = await bench.connect();
      await caller.say('x');
      await bench.rule({ kind: 'bandwidth', bytesPerSecond: 2000 });
      const serial = async () => {
        for (let call = 0; call < 5; call++) await caller.say(letters);
      };
      expect(await bench.tookMs(serial)).toBeGreaterThan(700);
      expect((await bench.probe({ bytes: 400 })).latencyMs).toBeGreaterThan(390);
      await bench.heal();
      expect(await bench.tookMs(serial)).toBeLessThan(600);
      expect((await bench.probe({ bytes: 400 })).latencyMs).toBeLessThan(390);
    },
  },
  {
    name: 'narrow, its connections share it',
    async play(bench) {
      const callers = [await bench.connect(), await bench.connect(), await bench.connect()];
      await bench.rule({ kind: 'bandwidth', bytesPerSecond: 2000 });
      const all = () =>
        Promise.all(callers.flatMap((caller) => [caller.say(letters), caller.say(letters), caller.say(letters)]));
      expect(await bench.tookMs(all)).toBeGreaterThan(700);
    },
  },
  {
    name: 'stalling, each connection goes silent after some bytes, new ones too, and all flow on after the heal',
    async play(bench) {
      const open = await bench.connect();
      for (let call = 0; call < 6; call++) await open.say(letters);
      await bench.rule({ kind: 'stall', afterBytes: 900 });
      const silent: Promise<string>[] = [];
      for (const caller of [open, await bench.connect()]) {
        const fates: string[] = [];
        for (let tries = 0; tries < 8 && !fates.includes('silence'); tries++) {
          const call = caller.say(letters);
          fates.push(await bench.fate(call));
          if (fates.at(-1) === 'silence') silent.push(call);
        }
        expect(fates[0]).toBe(letters);
        expect(fates.at(-1)).toBe('silence');
        expect(caller.lostMs()).toBeNull();
      }
      expect((await bench.probe({ bytes: 901 })).outcome).toBe('silent');
      expect((await bench.probe({ bytes: 100 })).outcome).toBe('passes');
      await bench.heal();
      expect(await Promise.all(silent)).toEqual([letters, letters]);
    },
  },
  {
    name: 'stalling at once, it takes connections and says nothing on them',
    async play(bench) {
      await bench.rule({ kind: 'stall', afterBytes: 0 });
      const caller = await bench.connect();
      const call = caller.say('one');
      expect(await bench.fate(call)).toBe('silence');
      expect(bench.heard).toEqual([]);
      await bench.heal();
      expect(await call).toBe('one');
    },
  },
  {
    name: 'slow to close, it carries answers in time and an end late',
    async play(bench) {
      const caller = await bench.connect();
      await bench.rule({ kind: 'slow-close', delayMs: 500 });
      expect(await bench.tookMs(() => caller.say('in time'))).toBeLessThan(450);
      const closedMs = bench.nowMs();
      await bench.stopServing();
      await bench.until('the end', () => caller.lostMs() !== null, 2000);
      expect((caller.lostMs() ?? 0) - closedMs).toBeGreaterThanOrEqual(495);
      await bench.serve();
      expect((await bench.probe({ closes: true })).latencyMs).toBeGreaterThanOrEqual(995);
      expect((await bench.probe()).latencyMs).toBeLessThan(450);
    },
  },
  {
    name: 'a rule holds for a link that comes later, and for that one alone',
    async play(bench) {
      await bench.rule(cut('both'), 'f1', ['a->b']);
      await bench.set([bench.spec, bench.otherSpec]);
      expect(await (await bench.connect()).say('one')).toBe('one');
      const caller = await bench.connect(bench.otherSpec.listen);
      expect(await bench.fate(caller.say('two'))).toBe('silence');
    },
  },
  {
    name: 'a link that is taken away ends its connections, and leaves those of others',
    async play(bench) {
      await bench.set([bench.spec, { ...bench.otherSpec, to: bench.spec.to }]);
      const [ends, stays] = [await bench.connect(), await bench.connect(bench.otherSpec.listen)];
      await Promise.all([ends.say('one'), stays.say('two')]);
      await bench.set([{ ...bench.otherSpec, to: bench.spec.to }]);
      await bench.until('the end', () => ends.lostMs() !== null, 1000);
      expect(await stays.say('three')).toBe('three');
    },
  },
  {
    name: 'of several ports under one name, the one that comes through speaks for the link',
    async play(bench) {
      const second = { ...bench.spec, listen: bench.otherSpec.listen, to: bench.otherSpec.to };
      await bench.set([bench.spec, second]);
      expect((await bench.probe()).outcome).toBe('passes');
      await bench.stopServing();
      expect((await bench.probe()).outcome).toBe('refused');
    },
  },
  {
    name: 'two faults on one link are healed one after the other',
    async play(bench) {
      const caller = await bench.connect();
      await bench.rule(cut('both'));
      await bench.rule(cut('both'), 'f2');
      const call = caller.say('one');
      await bench.heal();
      expect(await bench.fate(call)).toBe('silence');
      expect((await bench.probe()).rules).toEqual(['f2']);
      await bench.heal('f2');
      expect(await call).toBe('one');
    },
  },
];
