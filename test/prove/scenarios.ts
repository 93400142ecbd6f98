import { join } from 'node:path';
import type { PetriBox } from '../support/petri-box.ts';
import { fixesOff } from '../support/scenario-fixes.ts';
import type { Round } from './rounds.ts';

/** The scenarios of the catalogue, with what turns their verdict. */
export const catalogue: readonly { readonly name: string; readonly off: string }[] = Object.entries(fixesOff).map(
  ([name, off]) => ({ name, off }),
);

interface RunJson {
  readonly verdict: string;
  readonly headline: string;
}

/** Runs one scenario twice on this substrate: with its fix it must hold, without it must not. */
export async function playScenario(box: PetriBox, on: string, name: string, off: string): Promise<Round> {
  const file = `fixtures/scenarios/${name}.yaml`;
  const runs = join(box.home, 'runs');
  const run = async (...more: string[]): Promise<RunJson> => {
    const { code, out, err } = await box.run('run', file, '--on', on, '--record', runs, '--json', ...more);
    if (out === '') return { verdict: `exit ${code}`, headline: err.trim().split('\n').at(-1) ?? '' };
    return JSON.parse(out) as RunJson;
  };
  const fixed = await run();
  const broken = await run('--set', off);
  const problems = [
    ...(fixed.verdict === 'held' ? [] : [`${name}: ${fixed.verdict}, not held: ${fixed.headline}`]),
    ...(broken.verdict === 'violated'
      ? []
      : [`${name} with ${off}: ${broken.verdict}, not violated: ${broken.headline}`]),
  ];
  return { problems, facts: { scenario: name, verdict: fixed.verdict, [off]: broken.verdict } };
}
