import { bind, keymap, type Binding } from './keymap.ts';
import type { Clock } from '../sim/replay/playback.ts';

/** What the window shows: a live world, or one whose clock can be turned. */
export type Mode = 'live' | Clock['mode'];

const playbackKeys: readonly Binding[] = [
  bind('space', 'Space', 'play', 'play', 'Play, or pause.', { footer: 1 }),
  bind('left', '<- ->', 'second', 'second-back', 'A second back.', { footer: 2 }),
  bind('right', '->', 'second on', 'second-on', 'A second on.'),
  bind('[', '[ ]', 'event', 'event-back', 'To the event before, whatever it is.', { footer: 4 }),
  bind(']', ']', 'next event', 'event-on', 'To the next event, whatever it is.'),
  bind('n', 'n N', 'next', 'told-on', 'To the next thing that happened: a fault, a death, a cell found down.', {
    footer: 3,
  }),
  bind('N', 'N', 'previous', 'told-back', 'To the thing that happened before.'),
  bind('>', '< >', 'speed', 'faster', 'Faster: more of its seconds in one of ours.', { footer: 5 }),
  bind('<', '<', 'slower', 'slower', 'Slower.'),
  bind('home', 'Home', 'begin', 'begin', 'To the beginning.', { footer: 11 }),
  bind('end', 'End', 'end', 'end', 'To the end.', { footer: 12 }),
];

/** Nobody answers in a recorded run, and nothing can be done to it. */
const needsWorld: ReadonlySet<Binding['intent']> = new Set(['run', 'why', 'palette', 'commands', 'quit']);

const taken = new Set(playbackKeys.flatMap(({ keys }) => keys));

/** The keys of a live world that mean nothing else where the clock can be turned; the picture is held by its clock. */
const beside = keymap
  .map((binding) => ({ ...binding, keys: binding.keys.filter((key) => !taken.has(key)) }))
  .filter(({ keys }) => keys.length > 0);

const replayKeys: readonly Binding[] = [
  ...playbackKeys,
  ...beside.filter(({ intent, changes }) => !changes && !needsWorld.has(intent)),
  bind('q', 'q', 'quit', 'leave', 'Leave.', { footer: 9 }),
];

/** Where a world can also be hurt, that comes first. */
const virtualRank: Partial<Record<Binding['intent'], number>> = {
  help: 5.1,
  play: 5.2,
  'second-back': 5.3,
  faster: 5.4,
  'told-on': 9.1,
  'event-back': 9.2,
};

const virtualKeys: readonly Binding[] = [
  ...beside.map((binding) => ({ ...binding, footer: virtualRank[binding.intent] ?? binding.footer })),
  ...playbackKeys.map((binding) => ({ ...binding, footer: virtualRank[binding.intent] ?? null })),
];

const keysByMode: Readonly<Record<Mode, readonly Binding[]>> = {
  live: keymap,
  replay: replayKeys,
  virtual: virtualKeys,
};

/** The keys that there are in a mode, in the order in which they are shown. */
export const keysOf = (mode: Mode): readonly Binding[] => keysByMode[mode];
