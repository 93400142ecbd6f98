import type { PlantedBug } from '../../fixtures/bugs/planted-bug.ts';
import { didYouMean } from '../world/suggest.ts';
import { usage } from './failure.ts';

/** Every planted bug, in order of its name. Loaded only where somebody asks for them. */
export async function plantedBugs(): Promise<readonly PlantedBug[]> {
  const { bugs } = await import('../../fixtures/bugs/index.ts');
  return bugs;
}

/** Ends the command where there is no planted bug of that name; null names none. */
export async function checkBug(name: string | null): Promise<void> {
  if (name === null) return;
  const names = (await plantedBugs()).map((bug) => bug.name);
  if (!names.includes(name)) usage(`there is no planted bug ${name}${didYouMean(name, names)}: petri bugs lists them`);
}
