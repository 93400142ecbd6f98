import type { SubstrateName } from '../substrate/substrate.ts';
import type { Invocation } from './context.ts';
import { unavailable } from './failure.ts';
import { textOption, wordOption } from './options.ts';

const laterSubstrates = ['swarm'];

/** A world in virtual time stands beside the real one: it has a name of its own, where nobody gives it one. */
export function nameOn(on: SubstrateName | null): string | null {
  return on === 'virtual' ? 'virtual' : null;
}

export function substrateOption(options: Invocation['options']): SubstrateName | null {
  const on = textOption(options, 'on');
  if (on !== null && laterSubstrates.includes(on))
    unavailable(`--on ${on} is not in this version; --on process, docker and virtual are`);
  return wordOption(options, 'on', ['process', 'docker', 'virtual']);
}
