import { expect, test, vi } from 'vitest';
import { fakeSnapshot } from '../support/fake-world.ts';
import { RpcError } from '../../cells/protocol/rpc-error.ts';
import { Controller, type Leaving } from '../../tui/controller.ts';
import { Store } from '../../tui/store.ts';

interface Asked {
  readonly method: string;
  readonly args: unknown;
}

async function desk({ grown = true, readOnly = false, fail = null as RpcError | null, word = 'petri' } = {}) {
  const store = new Store('mono');
  const asked: Asked[] = [];
  const copied: string[] = [];
  const left: Leaving[] = [];
  const controller = new Controller({
    store,
    grown,
    readOnly,
    nameFlag: '',
    word,
    ports: {
      call(method, args) {
        asked.push({ method, args });
        if (fail && method !== 'log') return Promise.reject(fail);
        return Promise.resolve(method === 'fault.inject' ? fakeSnapshot({ moment: 'killed' }).status.faults[0] : null);
      },
      copy: (text) => copied.push(text),
      suspend: () => undefined,
      leave: (how) => left.push(how),
    },
  });
  store.take(fakeSnapshot());
  await vi.waitUntil(() => store.getState().shown !== null);
  const press = (keys: string): void => keys.split(' ').forEach((key) => controller.press(key));
  return { store, asked, copied, left, controller, press };
}

test('2 and k kill cell b, and the same command stands under @ to be copied', async () => {
  const { store, asked, copied, press } = await desk();
  press('2 k');
  expect(store.getState().ui.message).toEqual({ kind: 'busy', text: 'kill b ...   (petri kill b)' });
  await vi.waitUntil(() => store.getState().ui.message?.kind === 'done');
  press('@ y');
  expect(asked[0]).toEqual({
    method: 'fault.inject',
    args: { kind: 'kill', target: 'b', settings: {}, forMs: null, hold: false, by: 'ui' },
  });
  expect(copied).toEqual(['petri kill b']);
});

test('read only: nothing reaches the world, by key or by command', async () => {
  const { store, asked, press } = await desk({ readOnly: true });
  press('2 k p x l h r + - Z u');
  press(': k i l l space b return');
  expect(asked).toEqual([]);
  expect(store.getState().ui.message?.text).toContain('read only');
});

test('Tab goes through the parts of the cell and back to the cell', async () => {
  const { store, press } = await desk();
  press('2 tab');
  expect(store.getState().ui.pickedPart).toBe('b/alb');
  press('shift-tab');
  expect(store.getState().ui.pickedPart).toBeNull();
  press('shift-tab');
  expect(store.getState().ui.pickedPart).toBe('b/sqs');
  press('3');
  expect(store.getState().ui).toMatchObject({ pickedCell: 'c', pickedPart: null });
});

test.each([
  [new RpcError('usage', 'there is no cell z'), 'there is no cell z.'],
  [new RpcError('unproven', 'kill b was not seen'), 'h heals'],
  [new RpcError('not-sent', 'closed'), 'petri status'],
  [new RpcError('unknown', 'closed'), 'may have been done'],
])('an error is one line with what to do: %s', async (fail, words) => {
  const { store, press } = await desk({ fail });
  press('2 k');
  await vi.waitUntil(() => store.getState().ui.message?.kind === 'error');
  expect(store.getState().ui.message?.text).toContain(words);
  expect(store.getState().ui.commands.at(-1)?.outcome).toBe('failed');
});

test.each([
  ['q y', true, ['down'], { code: 0, world: 'ended' }],
  ['q y', false, [], { code: 0, world: 'left up' }],
  ['q Q', true, [], { code: 0, world: 'left up' }],
  ['Q', true, [], { code: 0, world: 'left up' }],
  ['ctrl-c', true, ['down'], { code: 130, world: 'ended' }],
  ['ctrl-c', false, [], { code: 130, world: 'left up' }],
] as const)('%s in a world grown here: %s', async (keys, grown, methods, how) => {
  const { asked, left, press } = await desk({ grown });
  press(keys);
  await vi.waitUntil(() => left.length > 0);
  expect({ methods: asked.map((call) => call.method), how: left[0] }).toEqual({ methods, how });
});

test('leaving a world that nobody hears of any more does not claim that it is up', async () => {
  const { store, left, press } = await desk({ grown: false });
  store.lost();
  press('q y');
  store.close();
  expect(left).toEqual([{ code: 0, world: 'unsure' }]);
});

test('q answered with anything else goes back', async () => {
  const { store, left, press } = await desk();
  press('q n');
  expect(store.getState().ui.asking).toBeNull();
  expect(left).toEqual([]);
});

test.each([
  ['reset', 'n', []],
  ['reset', 'y', ['log', 'reset']],
  ['down', 'n', []],
  ['down', 'y', ['down']],
] as const)('%s in the palette is asked first; %s', async (command, answer, methods) => {
  const { store, asked, press } = await desk();
  press(`: ${[...command].join(' ')} return`);
  expect(asked).toEqual([]);
  expect(store.getState().ui.asking).toMatchObject({ kind: 'run', text: command });
  press(answer);
  expect(asked.map((call) => call.method)).toEqual(methods);
});

test('a command with the name of another world is not run on this one', async () => {
  const { store, asked, controller, press } = await desk();
  press(':');
  controller.paste('petri kill b --name lab');
  press('return');
  expect(asked).toEqual([]);
  expect(store.getState().ui.message?.text).toContain('default');
});

test('pasted text is only ever text, and a burst of keys is obeyed only where something is typed', async () => {
  const { store, asked, controller, press } = await desk();
  controller.paste('2k');
  controller.burst([...'2kkkkkkkkkk']);
  expect(store.getState().ui).toMatchObject({ pickedCell: null, entry: null });
  press(':');
  controller.paste('kill\u001b[2J b\r\nk');
  expect(store.getState().ui.entry?.text).toBe('kill b k');
  press('ctrl-u');
  controller.burst([...'why t21', 'return', 'k', 'Q']);
  await vi.waitUntil(() => asked.length > 0);
  expect(asked.map((call) => call.method)).toEqual(['why']);
});

test('in a clone, what y copies starts with ./petri, and a link is quoted', async () => {
  const { copied, store, press } = await desk({ word: './petri' });
  press('2 l');
  await vi.waitUntil(() => store.getState().ui.message?.kind === 'done');
  press('y');
  expect(copied).toEqual(["./petri fault latency 'router->b'"]);
});

test('a held picture stays while the world goes on, and follows again', async () => {
  const { store, press } = await desk();
  press('space');
  store.take(fakeSnapshot({ moment: 'killed' }));
  await vi.waitUntil(() => store.getState().latest?.status.mood === 'hurt');
  expect(store.getState().shown?.status.mood).toBe('calm');
  press('space');
  expect(store.getState().shown?.status.mood).toBe('hurt');
});
