import { expect, test } from 'vitest';
import { Parts } from '../../../sim/supervisor/parts.ts';
import type { PartExit, PartObservation, Substrate } from '../../../sim/substrate/substrate.ts';
import type { PartSpec } from '../../../sim/world/part.ts';

const running: PartObservation = {
  address: 'a/alb',
  state: 'running',
  pid: 1,
  containerId: null,
  memoryBytes: null,
};

test('a death is no life again because somebody was still reading how the part was before', async () => {
  let exit: (exit: PartExit) => void = () => {};
  let tell: (seen: readonly PartObservation[]) => void = () => {};
  const substrate = {
    start: () => Promise.resolve(),
    observe: () => Promise.resolve(running),
    observeAll: () => new Promise<readonly PartObservation[]>((resolve) => (tell = resolve)),
    onExit: (listener: typeof exit) => (exit = listener),
    onOutsideChange() {},
  } as unknown as Substrate;
  const parts = new Parts({
    substrate,
    events: { record() {} },
    specOf: () => ({ address: 'a/alb' }) as PartSpec,
    onServing() {},
    onOutsideDeath() {},
  });
  await parts.start('a/alb', 'grow');
  const slow = parts.observe();
  exit({ address: 'a/alb', pid: 1, code: null, signal: 'SIGKILL' });
  tell([running]);
  await slow;
  expect(parts.stateOf('a/alb')).toBe('dead');

  const again = parts.observe();
  tell([{ ...running, state: 'paused' }]);
  await again;
  expect(parts.stateOf('a/alb')).toBe('paused');
});
