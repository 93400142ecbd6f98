import { bind, keymap, type Binding } from './keymap.ts';
import type { Mode } from './playback.ts';

const playbackKeys: readonly Binding[] = [
  bind('space', 'Space', 'play', 'play', 'Play, or pause. At the end: from the beginning.', { footer: 1 }),
  bind('left', '<- ->', 'second', 'second-back', 'A second back.', { footer: 2 }),
  bind('right', '->', 'second on', 'second-on', 'A second on.'),
  bind('[', '[ ]', 'event', 'event-back', 'To the event before, whatever it is.', { footer: 4 }),
  bind(']', ']', 'next event', 'event-on', 'To the next event, whatever it is.'),
  bind('n', 'n N', 'next', 'told-on', 'To the next thing that happened: a fault, a death, a cell found down.', {
    footer: 3,
  }),
  bind('N', 'N', 'previous', 'told-back', 'To the thing that happened before.'),
  bind('>', '< >', 'speed', 'faster', 'Faster: 1, 2, 5, 10, 30, 60 seconds of the run a second.', { footer: 5 }),
  bind('<', '<', 'slower', 'slower', 'Slower.'),
  bind('home', 'Home', 'begin', 'begin', 'To the beginning.', { footer: 11 }),
  bind('end', 'End', 'end', 'end', 'To the end.', { footer: 12 }),
];

/** Nobody answers in a recorded run, and nothing can be done to it. */
const needsWorld: ReadonlySet<Binding['intent']> = new Set(['run', 'why', 'palette', 'commands', 'hold', 'quit']);

const taken = new Set(playbackKeys.flatMap(({ keys }) => keys));

const replayKeys: readonly Binding[] = [
  ...playbackKeys,
  ...keymap
    .filter(({ intent, changes }) => !changes && !needsWorld.has(intent))
    .map((binding) => ({ ...binding, keys: binding.keys.filter((key) => !taken.has(key)) }))
    .filter(({ keys }) => keys.length > 0),
  bind('q', 'q', 'quit', 'leave', 'Leave.', { footer: 9 }),
];

/** The keys that there are in a mode, in the order in which they are shown. */
export function keysOf(mode: Mode): readonly Binding[] {
  return mode === 'live' ? keymap : replayKeys;
}
